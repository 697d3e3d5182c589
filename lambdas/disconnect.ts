import { disconnectHandler } from '../adapters/lambda/connectionHandlers';
import { storingPorts } from '../adapters/lambda/storingPorts';

export const handler = disconnectHandler(storingPorts);
