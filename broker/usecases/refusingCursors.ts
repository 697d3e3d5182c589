import { InvalidCursor } from '../ports';
import { ProtocolError } from '../protocol/errors';

/**
 * Runs a request that carries a cursor, and refuses a cursor that no such list gave.
 *
 * @param what the request, as the refusal names it.
 * @throws ProtocolError `invalid`: the cursor belongs to another list.
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
