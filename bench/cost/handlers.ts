import { type ConnectionEvent, connectHandler, disconnectHandler } from '../../adapters/lambda/connectionHandlers';
import { type Answer, frameHandler } from '../../adapters/lambda/frames';
import { routed } from '../../adapters/lambda/routed';
import { unrouted } from '../../adapters/lambda/unrouted';
import { inspectRoute, type Ports, publishRoute, type Route, settleRoute, subscribeRoute } from '../../broker';
import type { RouteFunction } from '../../lib/routes';

const served: Partial<Record<RouteFunction, Route>> = {
  publish: publishRoute,
  subscribe: subscribeRoute,
  ack: settleRoute,
  list: inspectRoute,
};

/** A function as `lambdas/` makes it, over these ports. */
export function handlerOf(name: RouteFunction, portsOf: () => Ports): (event: ConnectionEvent) => Promise<Answer> {
  const route = served[name];
  if (route) return frameHandler(name, routed(portsOf, [route]));
  if (name === 'connect') return connectHandler(portsOf);
  if (name === 'disconnect') return disconnectHandler(portsOf);
  return frameHandler(name, unrouted);
}
