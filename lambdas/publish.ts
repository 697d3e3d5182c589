import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { storingPorts } from '../adapters/lambda/storingPorts';
import { publishHandlers } from '../broker';

export const handler = frameHandler('publish', routed(storingPorts, publishHandlers));
