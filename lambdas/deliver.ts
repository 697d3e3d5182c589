import { deliverHandler } from '../adapters/lambda/deliverHandler';
import { deliveringPorts, retries } from '../adapters/lambda/deliveringPorts';

export const handler = deliverHandler(deliveringPorts, retries);
