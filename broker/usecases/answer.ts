import { permit } from '../access/permit';
import { type Ports, type Reporter, Unavailable, Uncertain } from '../ports';
import { ProtocolError, RateLimited } from '../protocol/errors';
import type { FrameOf } from '../protocol/frames';
import type { Parsed } from '../protocol/parse';
import type { Caller, Outcome, Route } from './outcome';

/**
 * Answers a frame from a client. Never throws: whatever went wrong is an `error` frame.
 *
 * @param routes those served here, in any order.
 */
export async function answer(ports: Ports, caller: Caller, parsed: Parsed, routes: readonly Route[]): Promise<Outcome> {
  try {
    if ('error' in parsed) throw parsed.error;
    permit(caller.access, parsed.request, ports.clock.now());
    for (const route of routes) {
      const outcome = route(ports, caller, parsed.request);
      if (outcome !== undefined) return await outcome;
    }
    throw new ProtocolError('unknown_action', 'this action is not served here', 'action');
  } catch (error) {
    return { reply: errorFrame(parsed, error, ports.reporter) };
  }
}

/** The `error` frame for whatever was thrown; what is not a client's doing is reported, and not told in detail. */
export function errorFrame({ ref }: Pick<Parsed, 'ref'>, error: unknown, reporter: Reporter): FrameOf<'error'> {
  const known = error instanceof ProtocolError ? error : translate(error);
  if (known !== error) reporter.warn('a request failed', { code: known.code, error });
  return {
    type: 'error',
    ...(ref === undefined ? {} : { ref }),
    code: known.code,
    message: known.message,
    ...(known.field === undefined ? {} : { field: known.field }),
    retryable: known.retryable,
    ...(known instanceof RateLimited ? { retryAfter: known.retryAfter } : {}),
  };
}

function translate(error: unknown): ProtocolError {
  if (error instanceof Unavailable)
    return new ProtocolError('unavailable', 'the store is not available at present: try again', undefined, {
      cause: error,
    });
  if (error instanceof Uncertain)
    return new ProtocolError(
      'internal',
      'it is not known whether this was stored: give messages an id, so that publishing again is harmless',
      undefined,
      { cause: error },
    );
  return new ProtocolError('internal', 'the server failed to do this', undefined, { cause: error });
}
