import type { ClientId, Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Subscription, SubscriptionKey } from '../../broker/model/subscription';
import type { Page, PageRequest, SubscriptionStore } from '../../broker/ports';
import { paginate } from './pages';

const isVersion = (stored: Subscription | undefined, { createdAt }: Subscription, version: number): boolean =>
  stored?.version === version && stored.createdAt === createdAt;

/** The subscriptions, in this process. */
export class MemorySubscriptions implements SubscriptionStore {
  protected readonly shards = new Map<string, Map<ClientId, Subscription>>();
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

  async list(shards: readonly Shard[], page: PageRequest, now: Time): Promise<Page<Subscription>> {
    const all = shards.flatMap((shard) => this.living(shard, now));
    return paginate('subscriptions', [0, ''], all, ({ shard, client }) => [shard, client], page);
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

  private living(shard: Shard, now: Time): Subscription[] {
    return [...this.shard(shard).values()].filter(({ expiresAt }) => expiresAt > now);
  }

  private shard(shard: Shard): Map<ClientId, Subscription> {
    const key = shardKey(shard);
    const found = this.shards.get(key) ?? new Map<ClientId, Subscription>();
    this.shards.set(key, found);
    return found;
  }
}
