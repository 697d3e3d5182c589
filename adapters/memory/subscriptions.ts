import * as z from 'zod/mini';
import type { ClientId, Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Subscription, SubscriptionKey } from '../../broker/model/subscription';
import type { Page, PageRequest, SubscriberCount, SubscriptionStore } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import { OrderedMap } from './orderedMap';
import { firstPage } from './pages';

const Position = z.strictObject({ list: z.literal('subscriptions'), shard: z.int(), client: z.string() });

const isVersion = (stored: Subscription | undefined, { createdAt }: Subscription, version: number): boolean =>
  stored?.version === version && stored.createdAt === createdAt;

/** The subscriptions, in this process. */
export class MemorySubscriptions implements SubscriptionStore {
  protected readonly shards = new Map<string, OrderedMap<ClientId, Subscription>>();
  private readonly attached = new Map<string, Map<ClientId, Subscription>>();

  async get(key: SubscriptionKey, now: Time): Promise<Subscription | undefined> {
    return this.find(key, now);
  }

  async getMany(keys: readonly SubscriptionKey[], now: Time): Promise<Subscription[]> {
    return keys.flatMap((key) => this.find(key, now) ?? []);
  }

  async save(subscription: Subscription, now: Time): Promise<boolean> {
    const shard = this.shard(subscription);
    const stored = shard.get(subscription.client);
    const free = stored === undefined || stored.expiresAt <= now;
    if (subscription.version === 1 ? !free : !isVersion(stored, subscription, subscription.version - 1)) return false;
    this.put(subscription);
    return true;
  }

  async remove(subscription: Subscription): Promise<boolean> {
    const shard = this.shard(subscription);
    const stored = shard.get(subscription.client);
    if (stored !== undefined && !isVersion(stored, subscription, subscription.version)) return false;
    shard.delete(subscription.client);
    this.attached.get(shardKey(subscription))?.delete(subscription.client);
    return true;
  }

  async persisted(_key: SubscriptionKey): Promise<void> {}

  async connected(shard: Shard, now: Time): Promise<Subscription[]> {
    return [...(this.attached.get(shardKey(shard))?.values() ?? [])].filter(({ expiresAt }) => expiresAt > now);
  }

  async attended(shards: readonly Shard[], _now: Time): Promise<Shard[]> {
    return shards.filter((shard) => (this.attached.get(shardKey(shard))?.size ?? 0) > 0);
  }

  async count(shards: readonly Shard[], now: Time): Promise<SubscriberCount> {
    let subscribers = 0;
    let connected = 0;
    for (const { connections } of this.living(shards, now)) {
      subscribers += 1;
      if (connections.length > 0) connected += 1;
    }
    return { subscribers, connected };
  }

  async list(shards: readonly Shard[], { limit, cursor }: PageRequest, now: Time): Promise<Page<Subscription>> {
    const after = cursor === undefined ? undefined : fromCursor(Position, cursor);
    const found = this.living(shards, now, after && { shard: after.shard, client: after.client as ClientId });
    return firstPage(found, limit, ({ shard, client }) => toCursor({ list: 'subscriptions', shard, client }));
  }

  protected put(subscription: Subscription): void {
    this.shard(subscription).set(subscription.client, subscription);
    const key = shardKey(subscription);
    const attached = this.attached.get(key) ?? new Map<ClientId, Subscription>();
    this.attached.set(key, attached);
    if (subscription.connections.length > 0) attached.set(subscription.client, subscription);
    else attached.delete(subscription.client);
  }

  private find(key: SubscriptionKey, now: Time): Subscription | undefined {
    const stored = this.shard(key).get(key.client);
    return stored !== undefined && stored.expiresAt > now ? stored : undefined;
  }

  private *living(
    shards: readonly Shard[],
    now: Time,
    after?: Pick<SubscriptionKey, 'shard' | 'client'>,
  ): Generator<Subscription> {
    for (const shard of [...shards].sort((a, b) => a.shard - b.shard)) {
      if (after !== undefined && shard.shard < after.shard) continue;
      const found = this.shard(shard).after(after?.shard === shard.shard ? after.client : undefined);
      for (const [, subscription] of found) if (subscription.expiresAt > now) yield subscription;
    }
  }

  private shard(shard: Shard): OrderedMap<ClientId, Subscription> {
    const key = shardKey(shard);
    const found = this.shards.get(key) ?? new OrderedMap<ClientId, Subscription>();
    this.shards.set(key, found);
    return found;
  }
}
