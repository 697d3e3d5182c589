import { InvalidCursor } from '../ports';
import { ProtocolError } from '../protocol/errors';

/**
 * Does what a request with a cursor asks for.
 *
 * @param what the request, as the refusal names it.
 * @throws ProtocolError `invalid`: the cursor is another's.
 */
export async function refusingCursors<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof InvalidCursor)) throw cause;
    const message = `cursor must be one that a reply to the same ${what} gave`;
    throw new ProtocolError('invalid', message, 'cursor', { cause });
  }
}
