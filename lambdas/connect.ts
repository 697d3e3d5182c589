import { connectHandler } from '../adapters/lambda/connectionHandlers';
import { storingPorts } from '../adapters/lambda/storingPorts';

export const handler = connectHandler(storingPorts);
