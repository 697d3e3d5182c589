import type { BrokerSettings } from '../model/limits';
import type { Clock, Deadline, Ids, Memory, Reporter } from './ambient';
import type { ClientStore, ConnectionStore } from './clients';
import type { DeadLetterStore } from './deadLetters';
import type { KeyStore } from './keys';
import type { MessageLog } from './log';
import type { Pusher } from './pusher';
import type { QueueStore } from './queues';
import type { SubscriptionStore } from './subscriptions';
import type { Timers, WakeUps } from './wakeUps';

export * from './ambient';
export * from './clients';
export * from './credentials';
export * from './deadLetters';
export * from './errors';
export * from './keys';
export * from './log';
export * from './page';
export * from './pusher';
export * from './queues';
export * from './subscriptions';
export * from './wakeUps';

/** Where things are kept. */
export interface Stores {
  readonly queues: QueueStore;
  readonly log: MessageLog;
  readonly subscriptions: SubscriptionStore;
  readonly connections: ConnectionStore;
  readonly clients: ClientStore;
  readonly deadLetters: DeadLetterStore;
  readonly keys: KeyStore;
}

/** All that the broker needs of the world. */
export interface Ports extends Stores {
  readonly pusher: Pusher;
  readonly wakeUps: WakeUps;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Left out: there is none. */
  readonly deadline?: Deadline;
  /** Left out: there is enough. */
  readonly memory?: Memory;
  readonly ids: Ids;
  readonly reporter: Reporter;
  readonly settings: BrokerSettings;
}
