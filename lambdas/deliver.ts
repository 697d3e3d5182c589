import { deliverHandler } from '../adapters/lambda/deliverHandler';
import { deliveringPorts } from '../adapters/lambda/deliveringPorts';

export const handler = deliverHandler(deliveringPorts);
