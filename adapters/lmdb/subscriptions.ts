import { shardKey } from '../../broker/model/queue';
import { type Subscription, type SubscriptionKey, subscriptionKeyText } from '../../broker/model/subscription';
import { MemorySubscriptions } from '../memory/subscriptions';
import type { Database } from './database';
import type { Change } from './groups';
import { decodeSubscription, encodeSubscription } from './subscriptionText';

const WRITE_AFTER_MS = 15;
const RETRY_AFTER_MS = 1_000;

/**
 * The subscriptions: all in memory, and on disk a moment later, or when it is waited for. So a busy one is written
 * fifty times a second and not with every message; a crash may forget deliveries of the last moment, never an
 * acknowledgement that was answered.
 */
export class LmdbSubscriptions extends MemorySubscriptions {
  /** Not written yet, by {@link subscriptionKeyText}; undefined: to be removed. */
  private readonly dirty = new Map<string, { key: SubscriptionKey; state: Subscription | undefined }>();
  private readonly writing = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly report: (what: string, error: unknown) => void,
  ) {
    super();
    // Not marked: they are on disk.
    for (const { value } of database.range('subscriptions')) super.put(decodeSubscription(value));
  }

  /** All there are, expired ones too. */
  *all(): Generator<Subscription> {
    for (const shard of this.shards.values()) yield* shard.values();
  }

  override async remove(subscription: Subscription): Promise<boolean> {
    const removed = await super.remove(subscription);
    if (removed) this.mark(subscription, undefined);
    return removed;
  }

  override async persisted(key: SubscriptionKey): Promise<void> {
    const text = subscriptionKeyText(key);
    if (this.dirty.has(text)) return this.write([text], 'awaited');
    const writing = this.writing.get(text);
    if (writing !== undefined) this.database.hasten();
    await writing;
  }

  /** Writes all that is not written yet. */
  async flush(): Promise<void> {
    this.database.hasten();
    await Promise.all([...this.writing.values(), this.writeAll('awaited')]);
  }

  protected override put(subscription: Subscription): void {
    super.put(subscription);
    this.mark(subscription, subscription);
  }

  private async writeAll(demand: 'none' | 'awaited'): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.write([...this.dirty.keys()], demand);
  }

  private mark(key: SubscriptionKey, state: Subscription | undefined, after = WRITE_AFTER_MS): void {
    this.dirty.set(subscriptionKeyText(key), { key, state });
    this.timer ??= setTimeout(() => {
      this.writeAll('none').catch((error) => this.report('subscriptions could not be stored', error));
    }, after);
  }

  private async write(keys: readonly string[], demand: 'none' | 'awaited'): Promise<void> {
    const taken = keys.flatMap((key) => {
      const change = this.dirty.get(key);
      this.dirty.delete(key);
      return change ? [{ ...change, id: key }] : [];
    });
    if (taken.length === 0) return;
    const written = this.database.write(
      taken.map(({ key, state }) => changeOf(key, state)),
      demand,
    );
    for (const { id } of taken) this.writing.set(id, written);
    try {
      await written;
    } catch (error) {
      // Tried again as it is by then: a later state may have been taken, and failed, meanwhile.
      for (const { key } of taken) this.mark(key, this.shards.get(shardKey(key))?.get(key.client), RETRY_AFTER_MS);
      throw error;
    } finally {
      for (const { id } of taken) if (this.writing.get(id) === written) this.writing.delete(id);
    }
  }
}

const changeOf = (key: SubscriptionKey, state: Subscription | undefined): Change => [
  'subscriptions',
  [key.queue, key.shard, key.client],
  state === undefined ? null : encodeSubscription(state),
];
