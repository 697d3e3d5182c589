import { ProtocolError } from '../../broker/protocol/errors';
import { errorFrame } from '../../broker/usecases/answer';
import { pong } from '../../broker/usecases/ping';
import type { Respond } from './frames';
import { reporter } from './log';

/** Answers what no other function does: ping, and frames that are not understood. Needs nothing but the frame. */
export const unrouted: Respond = async (parsed) => {
  if ('error' in parsed) return { reply: errorFrame(parsed, parsed.error, reporter) };
  const { request } = parsed;
  if (request.action === 'ping') return pong(request);
  // API Gateway found another action in the frame than the parser, as in a frame that names it twice.
  const error = new ProtocolError('unknown_action', 'it is not clear which action this is: give one', 'action');
  return { reply: errorFrame(parsed, error, reporter) };
};
