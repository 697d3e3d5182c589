import { type Route, refOf } from './outcome';

/** Keeps a connection from being idle. */
export const pingRoute: Route = (_ports, _caller, request) =>
  request.action === 'ping' ? Promise.resolve({ reply: { type: 'pong', ...refOf(request) } }) : undefined;
