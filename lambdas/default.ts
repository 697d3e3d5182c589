import { frameHandler } from '../adapters/lambda/frames';
import { unrouted } from '../adapters/lambda/unrouted';

export const handler = frameHandler('default', unrouted);
