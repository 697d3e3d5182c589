import type { FunctionName } from './permissions';

export type RouteFunction = Exclude<FunctionName, 'deliver'>;

/** Which function answers each action that a client can ask for. */
export const routes = {
  $connect: 'connect',
  $disconnect: 'disconnect',
  $default: 'default',
  publish: 'publish',
  subscribe: 'subscribe',
  unsubscribe: 'subscribe',
  seek: 'subscribe',
  ack: 'ack',
  nack: 'ack',
  reject: 'ack',
  extend: 'ack',
  catchup: 'ack',
  list: 'list',
  status: 'list',
  redrive: 'list',
  purge: 'list',
} as const satisfies Record<string, RouteFunction>;
