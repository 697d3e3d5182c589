import { randomBytes } from 'node:crypto';
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { ClientId, Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Subscription, SubscriptionKey } from '../../broker/model/subscription';
import type { Page, PageRequest, SubscriberCount, SubscriptionStore } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import { inParallel } from '../parallel';
import type { Database } from './database';
import { isExpired, LIVING, number, text, textAt } from './items';
import { removeParameters, saveParameters, subscriptionKey, toSubscription } from './subscriptionItem';
import { CONNECTED_INDEX } from './tables';

/** The last subscription of the page before: the number of its shard, and its client. */
const Position = z.strictObject({
  list: z.literal('subscriptions'),
  shard: z.int().check(z.minimum(0)),
  client: z.string().check(z.minLength(1), z.maxLength(128)),
});

/**
 * Connected subscriptions are found by reading the whole shard, or by the index and then one by one. Reading a shard of
 * 250 costs about 25 units, however many are connected. The index costs one unit or a little more, and one for each
 * subscription that it names. So the index is used for large shards: subscribers that are away cost nothing.
 */
const SMALL = 20;
const FEW = 20;
/** Shards asked at a time. */
const WIDTH = 25;
/** Shards whose size is remembered. */
const REMEMBERED = 10_000;

/** The subscriptions in DynamoDB: one item each, the shards as partitions. */
export class DynamoSubscriptions implements SubscriptionStore {
  /** How large shards were when they were read last. Decides how they are read, never the answer. */
  private readonly sizes = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async get(key: SubscriptionKey, now: Time): Promise<Subscription | undefined> {
    const item = await this.db.get(this.table, subscriptionKey(key));
    return item === undefined || isExpired(item, now) ? undefined : toSubscription(item);
  }

  async getMany(keys: readonly SubscriptionKey[], now: Time): Promise<Subscription[]> {
    const items = await this.db.getMany(this.table, keys.map(subscriptionKey));
    return items.filter((item) => !isExpired(item, now)).map(toSubscription);
  }

  async save(subscription: Subscription, now: Time): Promise<boolean> {
    const token = randomBytes(6).toString('base64');
    const saved = await this.db.put(saveParameters(this.table, subscription, now, token));
    if (saved.done || !saved.retried) return saved.done;
    const stored = await this.db.get(this.table, subscriptionKey(subscription));
    return stored?.token?.S === token;
  }

  async remove(subscription: Subscription): Promise<boolean> {
    return (await this.db.delete(removeParameters(this.table, subscription))).done;
  }

  async persisted(): Promise<void> {}

  async connected(shard: Shard, now: Time): Promise<Subscription[]> {
    if ((this.sizes.get(shardKey(shard)) ?? 0) > SMALL) {
      const keys = await this.keysOfConnected(shard);
      if (keys.length <= FEW)
        return (await this.getMany(keys, now)).filter(({ connections }) => connections.length > 0);
    }
    return this.filtered(shard, now);
  }

  async attended(shards: readonly Shard[]): Promise<Shard[]> {
    const found = await inParallel(shards, WIDTH, (shard) => this.keysOfConnected(shard, 1));
    return shards.filter((_, index) => found[index]?.length !== 0);
  }

  /** Reads the whole shard: what is filtered out is charged for, too. */
  private async filtered(shard: Shard, now: Time): Promise<Subscription[]> {
    const found: Subscription[] = [];
    let size = 0;
    const query = living(this.table, shard, now);
    const pages = this.db.query({
      ...query,
      FilterExpression: `attribute_exists(#here) AND ${LIVING}`,
      ExpressionAttributeNames: { ...query.ExpressionAttributeNames, '#here': 'here' },
    });
    for await (const { Items: items = [], ScannedCount: scanned = 0 } of pages) {
      found.push(...items.map(toSubscription));
      size += scanned;
    }
    if (this.sizes.size >= REMEMBERED) this.sizes.clear();
    this.sizes.set(shardKey(shard), size);
    return found;
  }

  /** @param limit how many at most; left out: all. */
  private async keysOfConnected(shard: Shard, limit?: number): Promise<SubscriptionKey[]> {
    const keys: SubscriptionKey[] = [];
    const pages = this.db.query({
      TableName: this.table,
      IndexName: CONNECTED_INDEX.name,
      KeyConditionExpression: '#shard = :shard',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': text(shardKey(shard)) },
      Limit: limit,
    });
    for await (const { Items: items = [] } of pages) {
      keys.push(...items.map((item) => ({ ...shard, client: textAt(item, 'client') as ClientId })));
      if (keys.length >= (limit ?? Infinity)) break;
    }
    return keys;
  }

  /** Projects only `here`, to keep the answer small. */
  async count(shards: readonly Shard[], now: Time): Promise<SubscriberCount> {
    const counted = await inParallel(shards, WIDTH, async (shard) => {
      const query = living(this.table, shard, now);
      const names = { ...query.ExpressionAttributeNames, '#here': 'here' };
      let [subscribers, connected] = [0, 0];
      const pages = this.db.query({ ...query, ProjectionExpression: '#here', ExpressionAttributeNames: names });
      for await (const { Items: items = [] } of pages) {
        subscribers += items.length;
        connected += items.filter(({ here }) => here !== undefined).length;
      }
      return { subscribers, connected };
    });
    return {
      subscribers: counted.reduce((sum, { subscribers }) => sum + subscribers, 0),
      connected: counted.reduce((sum, { connected }) => sum + connected, 0),
    };
  }

  async list(shards: readonly Shard[], request: PageRequest, now: Time): Promise<Page<Subscription>> {
    const after = request.cursor === undefined ? undefined : fromCursor(Position, request.cursor);
    const items: Subscription[] = [];
    for (const shard of [...shards].sort((a, b) => a.shard - b.shard)) {
      if (after !== undefined && shard.shard < after.shard) continue;
      const query = living(this.table, shard, now, after?.shard === shard.shard ? after.client : undefined);
      const pages = this.db.query({ ...query, Limit: request.limit + 1 });
      for await (const page of pages) {
        items.push(...(page.Items ?? []).map(toSubscription));
        if (items.length > request.limit) return cut(items, request.limit);
      }
    }
    return { items };
  }
}

/** The subscriptions of a shard that are not expired, in the order of clients, from the one after `after`. */
function living(table: string, shard: Shard, now: Time, after?: string): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: after === undefined ? '#shard = :shard' : '#shard = :shard AND #client > :after',
    FilterExpression: LIVING,
    ExpressionAttributeNames: {
      '#shard': 'shard',
      '#until': 'until',
      ...(after === undefined ? {} : { '#client': 'client' }),
    },
    ExpressionAttributeValues: {
      ':shard': text(shardKey(shard)),
      ':now': number(now),
      ...(after === undefined ? {} : { ':after': text(after) }),
    },
  };
}

function cut(found: readonly Subscription[], limit: number): Page<Subscription> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  if (last === undefined) return { items };
  return { items, cursor: toCursor({ list: 'subscriptions', shard: last.shard, client: last.client }) };
}
