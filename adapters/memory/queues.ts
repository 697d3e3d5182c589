import * as z from 'zod/mini';
import { isRoomy, type Placed, shardOfLast, shardsFor } from '../../broker/decide/placement';
import { LISTED_EVENTS } from '../../broker/model/limits';
import type { EventName, QueueName, Time } from '../../broker/model/names';
import type { Taken } from '../../broker/model/place';
import { isListed, type Queue } from '../../broker/model/queue';
import type { Page, PageRequest, QueueStore } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import { OrderedMap } from './orderedMap';
import { firstPage } from './pages';

const Position = z.strictObject({ list: z.literal('queues'), after: z.string() });

/** A queue, and what its shards are chosen by. */
export type StoredQueue = Queue & Placed;

/** Event names with those added that are new, as long as there is room; the same array if none are. */
export function learn(known: readonly EventName[], events: readonly EventName[]): readonly EventName[] {
  if (known.length >= LISTED_EVENTS || events.every((event) => known.includes(event))) return known;
  const added = [...new Set(events)].filter((event) => !known.includes(event) && isListed(event));
  return added.length === 0 ? known : [...known, ...added].slice(0, LISTED_EVENTS);
}

/** A queue whose log or events have changed. Made for every group of messages: see `amend`. */
export const grown = (
  { queue, createdAt, shards, subscribers, placed }: StoredQueue,
  { head, headUntil, events }: Pick<Queue, 'head' | 'headUntil' | 'events'>,
): StoredQueue => ({ queue, head, headUntil, events, createdAt, shards, subscribers, placed });

const told = ({ queue, head, headUntil, events, createdAt, shards }: StoredQueue): Queue => ({
  queue,
  head,
  headUntil,
  events: events.length > 1 ? [...events].sort() : events,
  createdAt,
  shards,
});

/** The queues, in this process. */
export class MemoryQueues implements QueueStore {
  protected readonly queues = new OrderedMap<QueueName, StoredQueue>();

  async get(queue: QueueName): Promise<Queue | undefined> {
    return this.stored(queue);
  }

  async exists(queue: QueueName): Promise<boolean> {
    return this.queues.has(queue);
  }

  async getMany(queues: readonly QueueName[]): Promise<Map<QueueName, Queue>> {
    const found = new Map<QueueName, Queue>();
    for (const name of queues) {
      const queue = this.stored(name);
      if (queue !== undefined) found.set(name, queue);
    }
    return found;
  }

  async placeSubscription(
    queue: QueueName,
    shardSize: number,
    now: Time,
    count: (shards: number) => Promise<number>,
  ): Promise<{ queue: Queue; shard: number }> {
    const found = this.orNew(queue, now);
    const counts = { subscribers: found.subscribers + 1, placed: found.placed + 1 };
    this.queues.set(queue, { ...found, ...counts });
    const wanted = shardsFor(counts, found.shards, shardSize);
    if (wanted > found.shards && !(await this.recount(queue, counts.subscribers, found.shards, shardSize, count)))
      this.update(queue, ({ shards }) => ({ shards: Math.max(shards, wanted) }));
    const placed = this.queues.get(queue) ?? found;
    return { queue: told(placed), shard: shardOfLast(counts, placed.shards, shardSize) };
  }

  async forgetSubscription(queue: QueueName): Promise<void> {
    this.update(queue, ({ subscribers }) => ({ subscribers: Math.max(0, subscribers - 1) }));
  }

  async list({ limit, cursor }: PageRequest): Promise<Page<Queue>> {
    const after = cursor === undefined ? undefined : (fromCursor(Position, cursor).after as QueueName);
    const page = firstPage(this.queues.after(after), limit, ([last]) => toCursor({ list: 'queues', after: last }));
    return { ...page, items: page.items.map(([, queue]) => told(queue)) };
  }

  /**
   * Takes the next numbers of a queue, creating it if needed, and learns event names. @param until their retention
   * ends.
   */
  take(queue: QueueName, count: number, events: readonly EventName[], now: Time, until: Time): Taken {
    const found = this.orNew(queue, now);
    const learned = learn(found.events, events);
    this.queues.set(queue, grown(found, { head: found.head + count, headUntil: until, events: learned }));
    return { first: found.head + 1, previousUntil: found.headUntil };
  }

  /**
   * Corrects the number of subscriptions, including the one just placed. False: there is no room, or another was placed
   * meanwhile.
   */
  private async recount(
    queue: QueueName,
    counted: number,
    shards: number,
    shardSize: number,
    count: (shards: number) => Promise<number>,
  ): Promise<boolean> {
    const subscribers = (await count(shards)) + 1;
    if (!isRoomy(subscribers, shards, shardSize) || this.queues.get(queue)?.subscribers !== counted) return false;
    this.update(queue, () => ({ subscribers }));
    return true;
  }

  private update(queue: QueueName, change: (found: StoredQueue) => Partial<StoredQueue>): void {
    const found = this.queues.get(queue);
    if (found !== undefined) this.queues.set(queue, { ...found, ...change(found) });
  }

  private stored(name: QueueName): Queue | undefined {
    const found = this.queues.get(name);
    return found && told(found);
  }

  protected orNew(queue: QueueName, now: Time): StoredQueue {
    return (
      this.queues.get(queue) ?? {
        queue,
        head: 0,
        headUntil: 0,
        events: [],
        createdAt: now,
        shards: 1,
        subscribers: 0,
        placed: 0,
      }
    );
  }
}
