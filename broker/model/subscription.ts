import type { ClientId, ConnectionId, EventName, Seq, Time } from './names';
import { type Shard, shardKey } from './queue';

/** Where one subscription is stored: its client within the shard it was created in. */
export interface SubscriptionKey extends Shard {
  readonly client: ClientId;
}

/** As one text, which tells it from all others: client ids have no line break. */
export const subscriptionKeyText = (key: SubscriptionKey): string => `${key.client}\n${shardKey(key)}`;

/** A subscription as the directory of clients notes it. */
export interface NotedSubscription extends SubscriptionKey {
  /** When the subscription was created. Tells it from earlier ones at the same key. 0 if it was noted without. */
  readonly createdAt: Time;
}

/** How a subscription is delivered to; kept with it. */
export interface SubscriptionSettings {
  /** Seconds. */
  readonly ackDeadline: number;
  /** 0: no limit. */
  readonly maxDeliveries: number;
  readonly maxInFlight: number;
}

/** An event name and the first seq from which it is wanted. */
export interface Interest {
  readonly event: EventName;
  readonly since: Seq;
}

/** A message that was delivered and is not settled. */
export interface Flight {
  readonly seq: Seq;
  /** How often it was delivered; 0 when its only delivery is known not to have arrived. */
  readonly attempt: number;
  /** When it is delivered again, or, once `dead`, when its burial is tried again. */
  readonly dueAt: Time;
  /** Nacked or redriven, and waiting outside the window for `dueAt`. */
  readonly waiting?: true;
  /** Its message is to be read from the dead letters if the log has it no more. */
  readonly redriven?: true;
  /** Why it was nacked last, for its dead letter. */
  readonly reason?: string;
  /**
   * Decided dead, for `reason`, and not yet moved to the dead letters: settled for its subscriber, but held until its
   * dead letter is stored, so that a crash in between loses nothing.
   */
  readonly dead?: true;
  /** Redriven and acked: `dead` too, and held until its dead letter is removed. */
  readonly acked?: true;
}

/** One of the connections a subscription is delivered to. */
export interface AttachedConnection {
  readonly connection: ConnectionId;
  readonly connectedAt: Time;
}

/** One client's durable interest in one queue, and how far it has come. */
export interface Subscription extends NotedSubscription {
  /** Raised by one with every change; what compare-and-set compares. 0: not stored yet. */
  readonly version: number;
  /** In the order in which they were asked for. */
  readonly events: readonly Interest[];
  /** Everything below is settled, except what is in flight. */
  readonly next: Seq;
  /** Frames of first deliveries so far cover everything below; at most `next`. The `from` of the next frame. */
  readonly covered: Seq;
  /** Ascending by seq. */
  readonly inFlight: readonly Flight[];
  readonly connections: readonly AttachedConnection[];
  readonly settings: SubscriptionSettings;
  /** When it ends unless its client connects before. */
  readonly expiresAt: Time;
}

/** What a change of a subscription names; what it does not stays as it is. */
type Changes = {
  readonly [Field in Exclude<keyof Subscription, keyof SubscriptionKey>]?: Subscription[Field] | undefined;
};

/**
 * A state made of another. Every delivery and every settlement makes two, and an object that is spread takes twenty
 * times as long to make as one whose fields are named.
 */
export const amend = (subscription: Subscription, changes: Changes): Subscription => ({
  queue: subscription.queue,
  shard: subscription.shard,
  client: subscription.client,
  createdAt: changes.createdAt ?? subscription.createdAt,
  version: changes.version ?? subscription.version,
  events: changes.events ?? subscription.events,
  next: changes.next ?? subscription.next,
  covered: changes.covered ?? subscription.covered,
  inFlight: changes.inFlight ?? subscription.inFlight,
  connections: changes.connections ?? subscription.connections,
  settings: changes.settings ?? subscription.settings,
  expiresAt: changes.expiresAt ?? subscription.expiresAt,
});

/** How many messages lie between the cursor and the head: exact unless the subscription filters. */
export const backlogOf = (subscription: Subscription, head: Seq): number => Math.max(0, head + 1 - subscription.next);

/** The names of the events a subscription wants. */
export const eventNames = (subscription: Pick<Subscription, 'events'>): EventName[] =>
  subscription.events.map((interest) => interest.event);
