import { deliveringPorts } from '../adapters/lambda/deliveringPorts';
import { frameHandler } from '../adapters/lambda/frames';
import { routed } from '../adapters/lambda/routed';
import { catchup, settleHandlers } from '../broker';

export const handler = frameHandler('ack', routed(deliveringPorts, { ...settleHandlers, catchup }));
