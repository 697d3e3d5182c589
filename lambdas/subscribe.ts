import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { wakingPorts } from '../adapters/lambda/wakingPorts';
import { subscribeRoute } from '../broker';

export const handler = frameHandler('subscribe', routed(wakingPorts, [subscribeRoute]));
