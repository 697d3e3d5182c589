import type { LogEntry } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { Database } from './database';
import { number, text } from './items';
import type { LongestRetention } from './longestRetention';
import { toEntry } from './messageItem';

/**
 * How far a later number may have been given an earlier time: clocks are up to 30 s apart, and an append lives 10 s.
 * Doubled, and more. Milliseconds.
 */
const DISORDER_MS = 120_000;
/** So few are read rather than searched. */
const FEW = 256;

/**
 * Finds the end of what has expired and DynamoDB has not removed yet, without reading it. DynamoDB takes days to remove
 * it (its developer guide, "Using time to live"), and a busy queue has more of it than a function has time to read.
 */
export class ExpiredRun {
  constructor(
    private readonly db: Database,
    private readonly table: string,
    private readonly longest: LongestRetention,
  ) {}

  /**
   * @param from where there is much that has expired.
   * @returns a number up to which everything has expired, `from` if no more is known.
   */
  async endFrom(queue: QueueName, from: Seq, now: Time): Promise<Seq> {
    const [first, last, known] = await Promise.all([this.at(queue, from), this.last(queue), this.longest.get()]);
    if (first === undefined || last === undefined || known === undefined) return from;
    if (first.publishedAt < known.since + DISORDER_MS) return from;
    // What was published before this has expired, and so has all that was given a lower number.
    const expired = now - known.retention - DISORDER_MS;
    if (last.publishedAt < expired) return last.seq + 1;
    let low = from;
    let high = last.seq;
    while (high - low > FEW) {
      const middle = Math.floor((low + high) / 2);
      const entry = await this.at(queue, middle);
      if (entry !== undefined && entry.publishedAt < expired) low = entry.seq;
      else high = middle;
    }
    return low;
  }

  /** The first entry at a number or after it, expired or not. */
  private at(queue: QueueName, from: Seq): Promise<LogEntry | undefined> {
    return this.one(queue, from, true);
  }

  private last(queue: QueueName): Promise<LogEntry | undefined> {
    return this.one(queue, 0, false);
  }

  private async one(queue: QueueName, from: Seq, forward: boolean): Promise<LogEntry | undefined> {
    const pages = this.db.query({
      TableName: this.table,
      KeyConditionExpression: '#queue = :queue AND #seq >= :from',
      ExpressionAttributeNames: { '#queue': 'queue', '#seq': 'seq' },
      ExpressionAttributeValues: { ':queue': text(queue), ':from': number(from) },
      ScanIndexForward: forward,
      Limit: 1,
    });
    for await (const { Items: [item] = [] } of pages) return item && toEntry(item);
    return undefined;
  }
}
