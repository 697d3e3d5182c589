import { type ConnectionEvent, connectHandler, disconnectHandler } from '../../adapters/lambda/connectionHandlers';
import { type Answer, frameHandler } from '../../adapters/lambda/frames';
import { routed } from '../../adapters/lambda/routed';
import { unrouted } from '../../adapters/lambda/unrouted';
import {
  catchup,
  type Handlers,
  inspectHandlers,
  type Ports,
  publishHandlers,
  settleHandlers,
  subscribeHandlers,
} from '../../broker';
import type { RouteFunction } from '../../lib/routes';

const served: Partial<Record<RouteFunction, Handlers>> = {
  publish: publishHandlers,
  subscribe: subscribeHandlers,
  ack: { ...settleHandlers, catchup },
  list: inspectHandlers,
};

/** A function as `lambdas/` makes it, over these ports. */
export function handlerOf(name: RouteFunction, portsOf: () => Ports): (event: ConnectionEvent) => Promise<Answer> {
  const handlers = served[name];
  if (handlers) return frameHandler(name, routed(portsOf, handlers));
  if (name === 'connect') return connectHandler(portsOf);
  if (name === 'disconnect') return disconnectHandler(portsOf);
  return frameHandler(name, unrouted);
}
