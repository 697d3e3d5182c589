import type { Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Database } from './database';
import { expiry, type Item, number, numberAt, text } from './items';

/** What TTL removes later than this is of no use to anyone. Milliseconds. */
const KEPT_MS = 86_400_000;

/** The record of which shard has a timer pending, so that no second one is armed. */
export interface PendingTimers {
  /** When the timer that was recorded last fires. Consistent. */
  get(shard: Shard): Promise<Time | undefined>;
  /**
   * Records that a timer was sent which fires at `firesAt`.
   *
   * To be called after it was sent, so that none is recorded which will not come. It may have come by then, even have
   * been cleared: a recorded time that lies in the past therefore promises nothing.
   */
  record(shard: Shard, firesAt: Time): Promise<void>;
  /** The timer that was to fire at `firesAt` came: forgets it, unless a later one is recorded. */
  clear(shard: Shard, firesAt: Time): Promise<void>;
}

const timerKey = (shard: Shard): Item => ({ shard: text(shardKey(shard)) });

/** The record in DynamoDB: `shard`, `firesAt` and an expiry. */
export class DynamoPendingTimers implements PendingTimers {
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async get(shard: Shard): Promise<Time | undefined> {
    const item = await this.db.get(this.table, timerKey(shard));
    return item && numberAt(item, 'firesAt');
  }

  async record(shard: Shard, firesAt: Time): Promise<void> {
    const content = { firesAt: number(firesAt), ...expiry(firesAt + KEPT_MS) };
    await this.db.put({ TableName: this.table, Item: { ...timerKey(shard), ...content } });
  }

  async clear(shard: Shard, firesAt: Time): Promise<void> {
    await this.db.delete({
      TableName: this.table,
      Key: timerKey(shard),
      ConditionExpression: '#firesAt <= :firesAt',
      ExpressionAttributeNames: { '#firesAt': 'firesAt' },
      ExpressionAttributeValues: { ':firesAt': number(firesAt) },
    });
  }
}
