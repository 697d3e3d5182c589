import * as z from 'zod/mini';
import { isRoomy, shardOfLast, shardsFor } from '../../broker/decide/placement';
import type { QueueName, Time } from '../../broker/model/names';
import type { Queue } from '../../broker/model/queue';
import { type Page, type PageRequest, type QueueStore, Unavailable } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import type { Database } from './database';
import { type Item, numberOr } from './items';
import {
  forgetParameters,
  openShardParameters,
  placeParameters,
  queueKey,
  recountParameters,
  toQueue,
} from './queueItem';

const Position = z.strictObject({
  list: z.literal('queues'),
  after: z.string().check(z.minLength(1), z.maxLength(512)),
});

/** Queues that are known to exist, at a time. */
const REMEMBERED = 10_000;

/** The queues in DynamoDB: one item each. Their `head` is moved by `numbers.ts`. */
export class DynamoQueues implements QueueStore {
  private readonly known = new Set<QueueName>();

  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async get(queue: QueueName): Promise<Queue | undefined> {
    const item = await this.db.get(this.table, queueKey(queue));
    return item && toQueue(item);
  }

  async exists(queue: QueueName): Promise<boolean> {
    if (this.known.has(queue)) return true;
    if ((await this.db.get(this.table, queueKey(queue))) === undefined) return false;
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.add(queue);
    return true;
  }

  async getMany(queues: readonly QueueName[]): Promise<Map<QueueName, Queue>> {
    const items = await this.db.getMany(this.table, queues.map(queueKey));
    return new Map(items.map(toQueue).map((queue) => [queue.queue, queue]));
  }

  async placeSubscription(
    queue: QueueName,
    shardSize: number,
    now: Time,
    count: (shards: number) => Promise<number>,
  ): Promise<{ queue: Queue; shard: number }> {
    const placed = await this.written(placeParameters(this.table, queue, now));
    const counts = { subscribers: numberOr(placed, 'subscribers', 1), placed: numberOr(placed, 'placed', 1) };
    const found = toQueue(placed);
    const shards = shardsFor(counts, found.shards, shardSize);
    const isFull = shards > found.shards && !(await this.recount(found, counts.subscribers, shardSize, count));
    const opened = isFull ? await this.open(queue, shards) : found;
    return { queue: opened, shard: shardOfLast(counts, isFull ? shards : found.shards, shardSize) };
  }

  async forgetSubscription(queue: QueueName): Promise<void> {
    await this.db.update(forgetParameters(this.table, queue));
  }

  async list(request: PageRequest): Promise<Page<Queue>> {
    const after = request.cursor === undefined ? undefined : fromCursor(Position, request.cursor).after;
    const page = await this.db.scan({
      TableName: this.table,
      Limit: request.limit,
      ExclusiveStartKey: after === undefined ? undefined : queueKey(after as QueueName),
    });
    const last = page.LastEvaluatedKey?.queue?.S;
    return {
      items: (page.Items ?? []).map(toQueue),
      ...(last === undefined ? {} : { cursor: toCursor({ list: 'queues', after: last }) }),
    };
  }

  /**
   * Corrects the number of subscriptions, including the one just placed. False: there is no room, or another was placed
   * meanwhile.
   */
  private async recount(
    { queue, shards }: Queue,
    counted: number,
    shardSize: number,
    count: (shards: number) => Promise<number>,
  ): Promise<boolean> {
    const subscribers = (await count(shards)) + 1;
    if (!isRoomy(subscribers, shards, shardSize)) return false;
    return (await this.db.update(recountParameters(this.table, queue, counted, subscribers))).done;
  }

  private async open(queue: QueueName, shards: number): Promise<Queue> {
    const opened = await this.db.update(openShardParameters(this.table, queue, shards));
    const item = opened.done ? opened.item : await this.db.get(this.table, queueKey(queue));
    return toQueue(present(item, queue));
  }

  private async written(parameters: ReturnType<typeof placeParameters>): Promise<Item> {
    const written = await this.db.update(parameters);
    return present(written.done ? written.item : undefined, this.table);
  }
}

function present(item: Item | undefined, what: string): Item {
  if (item === undefined) throw new Unavailable(`${what} was not answered with its item`);
  return item;
}
