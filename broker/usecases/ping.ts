import type { RequestOf } from '../protocol/requests';
import type { Handler, Outcome } from './outcome';

/** Keeps a connection from being idle. */
export const ping: Handler<'ping'> = async (_ports, _caller, request) => pong(request);

/** The answer to a ping, which needs nothing but the frame. */
export const pong = (request: RequestOf<'ping'>): Outcome => ({ reply: { type: 'pong', ref: request.ref } });
