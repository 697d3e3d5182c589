import type { Time } from '../../broker/model/names';
import type { Database } from './database';
import { type Item, number, numberAt, text } from './items';

/*
 * A record of the Messages table: `retention`, in milliseconds, the longest that any message of the deployment was
 * given since the record was made, at `since`. Its key cannot be that of a queue or of a marker, since a name is not
 * empty and has no control characters.
 */
const KEY: Item = { queue: text('\u0000retention'), seq: number(0) };

/** From when on all messages have been given at most a certain retention. Milliseconds. */
export interface Known {
  readonly since: Time;
  readonly retention: number;
}

/**
 * The longest retention that messages are given, whatever the deployment was set to when they were published. Without
 * it, a reader could not tell by the age of one message that all before it have expired.
 */
export class LongestRetention {
  /** So much is recorded at least. */
  private covered = 0;

  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  /** Makes sure, before messages are stored, that the record has at least their retention. */
  async cover(retention: number, now: Time): Promise<void> {
    if (retention <= this.covered) return;
    const known = await this.get();
    if (known === undefined || known.retention < retention)
      // If the condition fails, another process has recorded more.
      await this.db.put({
        TableName: this.table,
        Item: { ...KEY, retention: number(retention), since: number(known?.since ?? now) },
        ConditionExpression: 'attribute_not_exists(#retention) OR #retention < :retention',
        ExpressionAttributeNames: { '#retention': 'retention' },
        ExpressionAttributeValues: { ':retention': number(retention) },
      });
    this.covered = retention;
  }

  async get(): Promise<Known | undefined> {
    const [item] = await this.db.getMany(this.table, [KEY]);
    return item && { since: numberAt(item, 'since'), retention: numberAt(item, 'retention') };
  }
}
