import type { Time } from '../model/names';
import type { Shard } from '../model/queue';
import type { Subscription, SubscriptionKey } from '../model/subscription';
import type { Page, PageRequest } from './page';

/** How many subscribers a queue has, and how many of them have connections. */
export interface SubscriberCount {
  readonly subscribers: number;
  readonly connected: number;
}

/** The subscriptions, changed by compare-and-set. */
export interface SubscriptionStore {
  /** Consistent: sees every save that was answered before. One whose `expiresAt` is not after `now` is left out. */
  get(key: SubscriptionKey, now: Time): Promise<Subscription | undefined>;
  /** As `get`, for several; those that do not exist are left out, the rest in any order. */
  getMany(keys: readonly SubscriptionKey[], now: Time): Promise<Subscription[]>;
  /**
   * Stores a subscription over the version before it, and over no other.
   *
   * @param subscription the new state; its `version` is one more than that of the state it was made from, its
   * `createdAt` the same (another one belongs to a subscription that was made since). Version 1 stores where there is
   * none, or only an expired one.
   * @returns false if another was stored meanwhile: nothing was changed, read again.
   */
  save(subscription: Subscription, now: Time): Promise<boolean>;
  /**
   * Removes exactly the version given, with its `createdAt`.
   *
   * @returns false if another was stored meanwhile. True if it was gone already.
   */
  remove(subscription: Subscription): Promise<boolean>;
  /**
   * Waits until what was saved at this key is on disk. Returns at once where `save` itself waits for that.
   *
   * @throws Unavailable it could not be written.
   */
  persisted(key: SubscriptionKey): Promise<void>;
  /** Those of a shard that have connections, in any order. Consistent, as `get`. */
  connected(shard: Shard, now: Time): Promise<Subscription[]>;
  /** Of the shards, those with connected subscriptions; perhaps also some that had such a moment ago. Consistent. */
  attended(shards: readonly Shard[], now: Time): Promise<Shard[]>;
  /** How many there are in all. Consistent, as `get`. */
  count(shards: readonly Shard[], now: Time): Promise<SubscriberCount>;
  /** All of a queue, in a stable order. */
  list(shards: readonly Shard[], page: PageRequest, now: Time): Promise<Page<Subscription>>;
}
