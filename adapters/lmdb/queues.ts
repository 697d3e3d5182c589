import type { EventName, QueueName, Seq, Time } from '../../broker/model/names';
import type { Queue } from '../../broker/model/queue';
import { grown, learn, MemoryQueues, type StoredQueue } from '../memory/queues';
import type { StoredEntry } from './block';
import { Blocks } from './blocks';
import type { Database } from './database';
import type { Change } from './groups';

const RETRY_AFTER_MS = 1_000;

/** The queues, all in memory. A queue is written to disk when something other than its head changes. */
export class LmdbQueues extends MemoryQueues {
  /** Events of messages that are being written. A record of the queue that is written after them must include these. */
  private readonly coming = new Map<QueueName, readonly EventName[]>();

  constructor(
    private readonly database: Database,
    private readonly report: (what: string, error: unknown) => void,
  ) {
    super();
    database.onFailure(() => this.coming.clear());
    for (const { value } of database.range('queues')) this.restore(JSON.parse(value));
  }

  /** The durable end of a queue's log. */
  headOf(queue: QueueName): { head: Seq; headUntil: Time } {
    return this.queues.get(queue) ?? { head: 0, headUntil: 0 };
  }

  /** The change that has to be written with messages of these events, if the queue or an event is new. */
  learning(queue: QueueName, events: readonly EventName[], now: Time): Change | undefined {
    const found = this.queues.get(queue);
    const before = this.coming.get(queue) ?? found?.events;
    const known = learn(before ?? [], events);
    if (known === before) return undefined;
    this.coming.set(queue, known);
    return record({ ...this.orNew(queue, now), events: known });
  }

  /** Messages became durable, up to `last`. */
  reach(queue: QueueName, last: StoredEntry, events: readonly EventName[]): void {
    const found = this.orNew(queue, last.publishedAt);
    const known = learn(found.events, events);
    if (known.length === this.coming.get(queue)?.length) this.coming.delete(queue);
    const { head, headUntil } = last.seq >= found.head ? { head: last.seq, headUntil: last.expiresAt } : found;
    this.queues.set(queue, grown(found, { head, headUntil, events: known }));
  }

  /** The queue as it is, to be written before messages of it are removed: the head must outlive them. */
  current(queue: QueueName): Change | undefined {
    const found = this.queues.get(queue);
    return found && record({ ...found, events: this.coming.get(queue) ?? found.events });
  }

  /** All there are. */
  names(): QueueName[] {
    return [...this.queues.keys()];
  }

  override async placeSubscription(
    queue: QueueName,
    shardSize: number,
    now: Time,
    count: (shards: number) => Promise<number>,
  ): Promise<{ queue: Queue; shard: number }> {
    const placed = await super.placeSubscription(queue, shardSize, now, count);
    // Not awaited: it is written in the group of the subscription it was made for, and that is awaited.
    this.keep(queue);
    return placed;
  }

  private keep(queue: QueueName): void {
    const change = this.current(queue);
    if (change === undefined) return;
    this.database.write([change]).catch((error) => {
      this.report('a queue could not be stored', error);
      setTimeout(() => this.keep(queue), RETRY_AFTER_MS).unref();
    });
  }

  /** Takes the head from the log: messages do not update the head in the record. */
  private restore(queue: Omit<StoredQueue, 'headUntil'> & Partial<StoredQueue>): void {
    // A record of an earlier version has no `headUntil`: 0 says that whatever is not in the log has expired.
    this.queues.set(queue.queue, { ...queue, headUntil: queue.headUntil ?? 0 });
    const last = new Blocks(this.database).last(queue.queue)?.at(-1);
    if (last) this.reach(queue.queue, last, []);
  }
}

const record = (queue: StoredQueue): Change => ['queues', [queue.queue], JSON.stringify(queue)];
