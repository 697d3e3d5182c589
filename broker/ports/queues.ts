import type { QueueName, Time } from '../model/names';
import type { Queue } from '../model/queue';
import type { Page, PageRequest } from './page';

/** What is known of queues. Their `head` is moved by {@link MessageLog.append}. */
export interface QueueStore {
  /** Consistent: sees every number taken and shard opened before. */
  get(queue: QueueName): Promise<Queue | undefined>;
  /** Whether there is such a queue. The answer may be remembered, for a queue never ends. */
  exists(queue: QueueName): Promise<boolean>;
  /** Many at once, by name; those that do not exist are left out. Consistent. */
  getMany(queues: readonly QueueName[]): Promise<Map<QueueName, Queue>>;
  /**
   * Finds room for one more subscription, creating the queue and opening a shard where needed.
   *
   * @param shardSize about how many subscriptions a shard takes.
   * @param count Called before a new shard is opened. Returns how many subscriptions really exist in the first N
   * shards: some may have expired uncounted.
   * @returns the queue, and the shard the new subscription belongs in; `queue.shards` is above it.
   */
  placeSubscription(
    queue: QueueName,
    shardSize: number,
    now: Time,
    count: (shards: number) => Promise<number>,
  ): Promise<{ queue: Queue; shard: number }>;
  /** A subscription of this queue ended. Used to choose shards, so that being lost or repeated does little harm. */
  forgetSubscription(queue: QueueName): Promise<void>;
  /** All queues, in a stable order. */
  list(page: PageRequest): Promise<Page<Queue>>;
}
