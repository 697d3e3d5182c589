import { list } from './list';
import type { Route } from './outcome';
import { purge, redrive } from './redrive';
import { status } from './status';

/** What the server knows, and what is done with dead letters. */
export const inspectRoute: Route = (ports, caller, request) => {
  switch (request.action) {
    case 'list':
      return list(ports, caller, request);
    case 'status':
      return status(ports, caller, request);
    case 'redrive':
      return redrive(ports, caller, request);
    case 'purge':
      return purge(ports, caller, request);
    default:
      return undefined;
  }
};
