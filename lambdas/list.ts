import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { wakingPorts } from '../adapters/lambda/wakingPorts';
import { inspectHandlers } from '../broker';

export const handler = frameHandler('list', routed(wakingPorts, inspectHandlers));
