import type { Ports, Pusher, Timers, WakeUps } from '../../broker/ports';
import { dynamodbClient, dynamodbStores, type PendingTimers } from '../dynamodb';
import { systemClock, systemIds } from '../node/ambient';
import { settings, tableNames } from './environment';
import { lazily } from './lazily';
import { reporter } from './log';

/** A port that a function was not given, so that its bundle stays small and its permissions few. */
const absent = (port: string) => (): Promise<never> => Promise.reject(new Error(`this function was given no ${port}`));

const noPusher: Pusher = { push: absent('pusher'), close: absent('pusher') };
const noTimers: Timers = { arm: absent('timers'), begun: absent('timers') };
const noWakeUps: WakeUps = { send: absent('wake-ups') };

/** For functions that store and nothing else: the log's stream, and that of the connections, wake `deliver`. */
export const storingPorts = lazily((): Ports & { readonly pendingTimers: PendingTimers } => ({
  ...dynamodbStores(dynamodbClient(), tableNames()),
  pusher: noPusher,
  wakeUps: noWakeUps,
  timers: noTimers,
  clock: systemClock,
  ids: systemIds(),
  reporter,
  settings: settings(),
}));
