import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { tokenCredentials } from '../adapters/lambda/tokenCredentials';
import { wakingPorts } from '../adapters/lambda/wakingPorts';
import { authenticate } from '../broker';

export const handler = frameHandler('authenticate', routed(wakingPorts, { auth: authenticate(tokenCredentials) }));
