import type { Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Database } from './database';
import { expiry, type Item, number, numberOr, text } from './items';

/** How long after its last timer a record is kept for TTL to remove. Milliseconds. */
const KEPT_MS = 86_400_000;

/** The record of which shard has a timer pending, so that no second one is armed. */
export interface PendingTimers {
  /** When the timer that was recorded last fires, unless it, or one that was to fire later, has come. Consistent. */
  get(shard: Shard): Promise<Time | undefined>;
  /**
   * Records that a timer was sent which fires at `firesAt`.
   *
   * To be called after the timer was sent, so that no timer is recorded that never comes. The timer may have come by
   * then: that is remembered, and a record that is too late has no effect.
   */
  record(shard: Shard, firesAt: Time): Promise<void>;
  /** The timer that was to fire at `firesAt` came: neither it nor an earlier one is pending any more. */
  clear(shard: Shard, firesAt: Time): Promise<void>;
}

/** Before all times. */
const NEVER = Number.NEGATIVE_INFINITY;

const timerKey = (shard: Shard): Item => ({ shard: text(shardKey(shard)) });

/**
 * The record in DynamoDB: `firesAt` of the timer recorded last, `cameAt`: that of the latest that came, and an expiry.
 */
export class DynamoPendingTimers implements PendingTimers {
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async get(shard: Shard): Promise<Time | undefined> {
    const item = (await this.db.get(this.table, timerKey(shard))) ?? {};
    const firesAt = numberOr(item, 'firesAt', NEVER);
    return firesAt > numberOr(item, 'cameAt', NEVER) ? firesAt : undefined;
  }

  async record(shard: Shard, firesAt: Time): Promise<void> {
    await this.db.update(noteParameters(this.table, shard, 'firesAt', firesAt));
  }

  async clear(shard: Shard, firesAt: Time): Promise<void> {
    await this.db.update({
      ...noteParameters(this.table, shard, 'cameAt', firesAt),
      ConditionExpression: 'attribute_not_exists(#noted) OR #noted < :noted',
    });
  }
}

/** Notes a time in the record of a shard, and leaves the rest of it as it is. */
function noteParameters(table: string, shard: Shard, name: 'firesAt' | 'cameAt', time: Time) {
  const content = Object.entries(expiry(time + KEPT_MS));
  const set = ['#noted = :noted', ...content.map(([one]) => `#${one} = :${one}`)];
  return {
    TableName: table,
    Key: timerKey(shard),
    UpdateExpression: `SET ${set.join(', ')}`,
    ExpressionAttributeNames: { '#noted': name, ...Object.fromEntries(content.map(([one]) => [`#${one}`, one])) },
    ExpressionAttributeValues: {
      ':noted': number(time),
      ...Object.fromEntries(content.map(([one, value]) => [`:${one}`, value])),
    },
  };
}
