import type { Route } from './outcome';
import { seek } from './seek';
import { subscribe } from './subscribe';
import { unsubscribe } from './unsubscribe';

/** What a client is interested in, and from where. */
export const subscribeRoute: Route = (ports, caller, request) => {
  switch (request.action) {
    case 'subscribe':
      return subscribe(ports, caller, request);
    case 'unsubscribe':
      return unsubscribe(ports, caller, request);
    case 'seek':
      return seek(ports, caller, request);
    default:
      return undefined;
  }
};
