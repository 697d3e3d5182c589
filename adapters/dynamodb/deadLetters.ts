import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { DeadLetter } from '../../broker/model/message';
import type { Seq, Time } from '../../broker/model/names';
import {
  COUNTED_LETTERS,
  type DeadLetterOwner,
  type DeadLetterStore,
  type Page,
  type PageRequest,
} from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import type { Database } from './database';
import { expiry, expiryOf, type Item, isExpired, LIVING, number, numberAt, text, textAt } from './items';
import { messageItem, toMessage } from './messageItem';

const Position = z.strictObject({ list: z.literal('deadLetters'), after: z.int().check(z.minimum(0)) });

/*
 * A dead letter: `owner` and `seq`; its message, as in the Messages table but for its own expiry, which is
 * `messageUntil`; `reason`, `attempts`, `diedAt`, and the letter's expiry.
 */

/** Unambiguous for every queue name, since a client id has no `#`. */
const ownerKey = ({ client, queue }: DeadLetterOwner): string => `${client}#${queue}`;

const letterKey = (owner: DeadLetterOwner, seq: Seq): Item => ({ owner: text(ownerKey(owner)), seq: number(seq) });

function toItem(owner: DeadLetterOwner, letter: DeadLetter): Item {
  const { expiresAt: _, until: messageUntil, ...message } = messageItem(letter.message);
  return {
    ...letterKey(owner, letter.message.seq),
    ...message,
    ...(messageUntil === undefined ? {} : { messageUntil }),
    reason: text(letter.reason),
    attempts: number(letter.attempts),
    diedAt: number(letter.diedAt),
    ...expiry(letter.expiresAt),
  };
}

function toLetter(item: Item): DeadLetter {
  const { messageUntil, until: _, ...message } = item;
  return {
    message: toMessage(messageUntil === undefined ? message : { ...message, until: messageUntil }),
    reason: textAt(item, 'reason'),
    attempts: numberAt(item, 'attempts'),
    diedAt: numberAt(item, 'diedAt'),
    expiresAt: expiryOf(item),
  };
}

/** The dead letters in DynamoDB: one item each, those of an owner as a partition. */
export class DynamoDeadLetters implements DeadLetterStore {
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async put(owner: DeadLetterOwner, letter: DeadLetter): Promise<void> {
    await this.db.put({ TableName: this.table, Item: toItem(owner, letter) });
  }

  async get(owner: DeadLetterOwner, seqs: readonly Seq[], now: Time): Promise<DeadLetter[]> {
    const keys = seqs.map((seq) => letterKey(owner, seq));
    const items = await this.db.getMany(this.table, keys);
    return items
      .filter((item) => !isExpired(item, now))
      .map(toLetter)
      .sort((a, b) => a.message.seq - b.message.seq);
  }

  async remove(owner: DeadLetterOwner, seqs: readonly Seq[]): Promise<void> {
    const keys = [...new Set(seqs)].map((seq) => letterKey(owner, seq));
    await this.db.deleteMany(this.table, keys);
  }

  async list(owner: DeadLetterOwner, request: PageRequest, now: Time): Promise<Page<DeadLetter>> {
    const after = request.cursor === undefined ? 0 : fromCursor(Position, request.cursor).after;
    const found: DeadLetter[] = [];
    for await (const page of this.db.query({ ...listed(this.table, owner, after, now), Limit: request.limit + 1 })) {
      found.push(...(page.Items ?? []).map(toLetter));
      if (found.length > request.limit) break;
    }
    const items = found.slice(0, request.limit);
    const last = items.at(-1);
    if (last === undefined || found.length === items.length) return { items };
    return { items, cursor: toCursor({ list: 'deadLetters', after: last.message.seq }) };
  }

  async count(owner: DeadLetterOwner, now: Time, least = COUNTED_LETTERS): Promise<number> {
    let count = 0;
    const pages = this.db.query({ ...listed(this.table, owner, 0, now), Select: 'COUNT' });
    for await (const { Count: some = 0 } of pages) {
      count += some;
      // DynamoDB charges for whole letters, at every look into a list of subscriptions.
      if (count >= least) break;
    }
    return count;
  }
}

const listed = (table: string, owner: DeadLetterOwner, after: Seq, now: Time): QueryCommandInput => ({
  TableName: table,
  KeyConditionExpression: '#owner = :owner AND #seq > :after',
  FilterExpression: LIVING,
  ExpressionAttributeNames: { '#owner': 'owner', '#seq': 'seq', '#until': 'until' },
  ExpressionAttributeValues: { ':owner': text(ownerKey(owner)), ':after': number(after), ':now': number(now) },
});
