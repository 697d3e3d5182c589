import type { KeyId } from '../access/identity';
import type { ClientId, ConnectionId, QueueName, Time } from '../model/names';
import type { Shard } from '../model/queue';
import type { SubscriptionKey } from '../model/subscription';

/** A signal that work may have become possible; the work itself is read from the stores. */
export type WakeUp =
  /** Messages were appended to a queue: concerns all its shards. */
  | { readonly kind: 'queue'; readonly queue: QueueName }
  /** The same for one shard. `after`: those up to this client, in the order of their ids, were served. */
  | { readonly kind: 'shard'; readonly shard: Shard; readonly after?: ClientId }
  /** A timer of a shard went off. `firesAt`: when it was to. */
  | { readonly kind: 'timer'; readonly shard: Shard; readonly firesAt: Time }
  /** One subscription has something to deliver. */
  | { readonly kind: 'subscription'; readonly shard: Shard; readonly client: ClientId }
  /** A connection was made and waits for its welcome. */
  | { readonly kind: 'welcome'; readonly connection: ConnectionId }
  /** A connection ended, and its `farewell` has not been done yet. */
  | { readonly kind: 'farewell'; readonly connection: ConnectionId; readonly client: ClientId }
  /** The credential of a connection expires, or did, at `expiresAt`, unless it was renewed. */
  | { readonly kind: 'expiry'; readonly connection: ConnectionId; readonly expiresAt: Time }
  /** A key was revoked. */
  | { readonly kind: 'revocation'; readonly key: KeyId };

/** The wake-up of one subscription. */
export const subscriptionWakeUp = ({ queue, shard, client }: SubscriptionKey): WakeUp => ({
  kind: 'subscription',
  shard: { queue, shard },
  client,
});

/** Delivers wake-ups: at least once, in any order, at or after their time. */
export interface WakeUps {
  /**
   * @param delay milliseconds; 0: as soon as possible. On AWS a delay above 900 s, the most that SQS takes, is cut to
   * 900 s: the wake-up comes too early, and whoever receives it has to look and send it again.
   * @throws Unavailable it could not be armed.
   */
  send(wakeUp: WakeUp, delay: number): Promise<void>;
  /**
   * Sends a `subscription` wake-up after all frames that arrived together were served. Calls for the same subscription
   * until then send one wake-up. Left out where wake-ups are charged for.
   */
  gather?(key: SubscriptionKey): void;
}

/** The timers of shards. A pending timer serves every later deadline of its shard too. */
export interface Timers {
  /**
   * Makes sure that a `timer` wake-up of the shard, not yet begun by {@link begun}, comes at `at` or before. Costs
   * little if one is pending.
   */
  arm(shard: Shard, at: Time, now: Time): Promise<void>;
  /** A `timer` wake-up came: it is no longer pending. To be called before the subscriptions of the shard are read. */
  begun(shard: Shard, firesAt: Time): Promise<void>;
}
