import { frameHandler } from '../adapters/lambda/frames';
import { keyCredentials } from '../adapters/lambda/keyCredentials';
import { routed } from '../adapters/lambda/routed';
import { wakingPorts } from '../adapters/lambda/wakingPorts';
import { authenticate } from '../broker';

export const handler = frameHandler('authenticate', routed(wakingPorts, { auth: authenticate(keyCredentials) }));
