import type { CommonFunction } from './permissions';

export type RouteFunction = Exclude<CommonFunction, 'deliver'>;

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
  // With access control, `auth` has a function of its own instead.
  auth: 'subscribe',
} as const satisfies Record<string, RouteFunction>;
