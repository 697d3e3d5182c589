import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { wakingPorts } from '../adapters/lambda/wakingPorts';
import { authenticate, subscribeHandlers } from '../broker';

// Without access control any credential is accepted for `auth`. With it, `auth` has a function of its own.
export const handler = frameHandler('subscribe', routed(wakingPorts, { ...subscribeHandlers, auth: authenticate() }));
