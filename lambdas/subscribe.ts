import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { wakingPorts } from '../adapters/lambda/wakingPorts';
import { authenticate, subscribeHandlers } from '../broker';

// Where there is no access control, any credential will do for `auth`; elsewhere it has a function of its own.
export const handler = frameHandler('subscribe', routed(wakingPorts, { ...subscribeHandlers, auth: authenticate() }));
