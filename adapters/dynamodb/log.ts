import { isTombstone, type LogEntry, type Message, type Tombstone } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import { type Appended, type Draft, type MessageLog, Unavailable, Uncertain } from '../../broker/ports';
import { Append } from './append';
import type { Database } from './database';
import { ExpiredRun } from './expiredRun';
import { LIVING, number, numberAt, text } from './items';
import { LongestRetention } from './longestRetention';
import { entryKey, putEntryParameters, toEntry } from './messageItem';
import type { Numbers } from './numbers';

/** Pages of nothing but what has expired, of 1 MB but for the first, that are read before its end is searched for. */
const EMPTY_PAGES = 2;

/** The logs in DynamoDB: one item a message. */
export class DynamoLog implements MessageLog {
  private readonly longestRetention: LongestRetention;
  private readonly expiredRun: ExpiredRun;

  constructor(
    private readonly db: Database,
    private readonly table: string,
    private readonly numbers: Numbers,
  ) {
    this.longestRetention = new LongestRetention(db, table);
    this.expiredRun = new ExpiredRun(db, table, this.longestRetention);
  }

  async append(queue: QueueName, drafts: readonly Draft[], now: Time, expiresAt: Time): Promise<Appended[]> {
    await this.longestRetention.cover(expiresAt - now, now);
    const firsts = new Map<string, Draft>();
    for (const draft of drafts) if (draft.idempotent && !firsts.has(draft.id)) firsts.set(draft.id, draft);
    const firstOf = (draft: Draft) => (draft.idempotent && firsts.get(draft.id)) || draft;
    const append = new Append(this.db, this.table, this.numbers, queue, now, expiresAt);
    let answers: ReadonlyMap<Draft, Appended>;
    try {
      answers = await append.run(drafts.filter((draft) => firstOf(draft) === draft));
    } catch (error) {
      const repeatable = !append.begun || drafts.every(({ idempotent }) => idempotent);
      if (repeatable || !(error instanceof Unavailable)) throw error;
      throw new Uncertain('some of the messages may have been stored', { cause: error });
    }
    return drafts.flatMap((draft) => {
      const answer = answers.get(firstOf(draft));
      if (answer === undefined) return [];
      return firstOf(draft) === draft ? [answer] : [{ ...answer, duplicate: true }];
    });
  }

  async read(queue: QueueName, from: Seq, limit: number, now: Time): Promise<LogEntry[]> {
    const found: LogEntry[] = [];
    let empty = 0;
    for await (const { Items: items = [], LastEvaluatedKey: last } of this.pages(queue, from, limit, now)) {
      found.push(...items.map(toEntry));
      if (found.length >= limit) break;
      empty = items.length > 0 ? 0 : empty + 1;
      if (empty !== EMPTY_PAGES || last === undefined) continue;
      const reached = numberAt(last, 'seq') + 1;
      const end = await this.expiredRun.endFrom(queue, reached, now);
      if (end > reached) return [...found, ...(await this.read(queue, end, limit - found.length, now))];
    }
    return found.slice(0, limit);
  }

  private pages(queue: QueueName, from: Seq, limit: number, now: Time) {
    return this.db.query({
      TableName: this.table,
      KeyConditionExpression: '#queue = :queue AND #seq >= :from',
      FilterExpression: LIVING,
      ExpressionAttributeNames: { '#queue': 'queue', '#seq': 'seq', '#until': 'until' },
      ExpressionAttributeValues: { ':queue': text(queue), ':from': number(from), ':now': number(now) },
      Limit: limit,
    });
  }

  async get(queue: QueueName, seqs: readonly Seq[], now: Time): Promise<Message[]> {
    const items = await this.db.getMany(
      this.table,
      seqs.map((seq) => entryKey(queue, seq)),
    );
    return items
      .map(toEntry)
      .filter((entry): entry is Message => !isTombstone(entry) && entry.expiresAt > now)
      .sort((a, b) => a.seq - b.seq);
  }

  async fill(queue: QueueName, tombstone: Tombstone): Promise<boolean> {
    return (await this.db.put(putEntryParameters(this.table, queue, tombstone))).done;
  }
}
