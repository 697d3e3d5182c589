import { permit } from '../access/permit';
import { type Ports, type Reporter, Unavailable, Uncertain } from '../ports';
import { ProtocolError, RateLimited } from '../protocol/errors';
import type { FrameOf } from '../protocol/frames';
import type { Parsed } from '../protocol/parse';
import type { Action } from '../protocol/requests';
import type { Caller, Handler, Handlers, Outcome } from './outcome';

/**
 * Answers a frame from a client. Never throws: whatever went wrong is an `error` frame.
 *
 * @param handlers of the actions that are served here.
 */
export async function answer(ports: Ports, caller: Caller, parsed: Parsed, handlers: Handlers): Promise<Outcome> {
  try {
    if ('error' in parsed) throw parsed.error;
    permit(caller.access, parsed.request, ports.clock.now());
    const handler = handlerOf(handlers, parsed.request.action);
    if (handler === undefined) throw new ProtocolError('unknown_action', 'this action is not served here', 'action');
    return await handler(ports, caller, parsed.request);
  } catch (error) {
    return { reply: errorFrame(parsed, error, ports.reporter) };
  }
}

/** Only what the table itself has: every object has a `constructor`. */
const handlerOf = <A extends Action>(handlers: Handlers, action: A): Handler<A> | undefined =>
  Object.hasOwn(handlers, action) ? handlers[action] : undefined;

/**
 * The `error` frame for whatever was thrown. An error that is not the client's doing is reported, and its details are
 * not sent.
 */
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
