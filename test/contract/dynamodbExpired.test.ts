import { BatchWriteItemCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { dynamodbStores } from '../../adapters/dynamodb';
import { Database } from '../../adapters/dynamodb/database';
import { LongestRetention } from '../../adapters/dynamodb/longestRetention';
import { entryKey, messageItem } from '../../adapters/dynamodb/messageItem';
import type { JsonText, QueueName } from '../../broker/model/names';
import { type TestTables, testTables } from './dynamodb';
import { drafts, message, queueName } from './suites/samples';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const NOW = Date.parse('2026-11-28T00:00:00Z');
const RETENTION = 24 * HOUR;
const LONG_AGO = NOW - 100 * HOUR;
const EXPIRED = 4_000;
const PAYLOAD = JSON.stringify('x'.repeat(1_800)) as JsonText;
const BATCH = 25;

let tables: TestTables;

beforeAll(async () => {
  tables = await testTables();
}, 60_000);
afterAll(async () => tables.close(), 60_000);

/** The log, and how many items its queries looked at. */
function log() {
  const client = tables.client();
  let read = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (args.input instanceof Object && 'KeyConditionExpression' in args.input)
        read += (answer.output as QueryCommandOutput).ScannedCount ?? 0;
      return answer;
    },
    { step: 'initialize', name: 'count' },
  );
  return { log: dynamodbStores(client, tables.tables).log, read: () => read };
}

/** Messages 1 to 4,000, one a second, the last of them just expired; then 10 that are retained. */
async function fill(queue: QueueName, retentionOf: (seq: number) => number = () => RETENTION): Promise<void> {
  const client = tables.client();
  const requests = Array.from({ length: EXPIRED + 10 }, (_, index) => {
    const seq = index + 1;
    const publishedAt = NOW - RETENTION + (seq - EXPIRED) * SECOND;
    const expiresAt = publishedAt + retentionOf(seq);
    const stored = message(seq, { payload: PAYLOAD, publishedAt, expiresAt, previousUntil: expiresAt - SECOND });
    return { PutRequest: { Item: { ...entryKey(queue, seq), ...messageItem(stored) } } };
  });
  for (let from = 0; from < requests.length; from += BATCH)
    await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tables.tables.messages]: requests.slice(from, from + BATCH) } }),
    );
}

const seqs = async (found: Promise<readonly { readonly seq: number }[]>) => (await found).map(({ seq }) => seq);

describe('what expired and is not removed yet', () => {
  const queue = queueName();
  beforeAll(() => fill(queue), 60_000);

  it('is read where it is not known that all before it expired too', async () => {
    const before = log();
    expect(await seqs(before.log.read(queue, 1, 2, NOW))).toEqual([EXPIRED + 1, EXPIRED + 2]);
    expect(before.read()).toBeGreaterThan(EXPIRED);
  });

  it('is passed, up to the last of it, without being read', async () => {
    await log().log.append(queueName(), drafts(1), LONG_AGO, LONG_AGO + RETENTION);
    const after = log();
    expect(await seqs(after.log.read(queue, 1, 2, NOW))).toEqual([EXPIRED + 1, EXPIRED + 2]);
    expect(await seqs(after.log.read(queue, 500, 100, NOW))).toHaveLength(10);
    expect(after.read()).toBeLessThan(EXPIRED);
  });

  it('is passed to the end where nothing else is there', async () => {
    const after = log();
    expect(await seqs(after.log.read(queue, 1, 2, NOW + 2 * HOUR))).toEqual([]);
    expect(after.read()).toBeLessThan(EXPIRED / 2);
  });
});

it('a message that was published with a longer retention is not passed, though all around it have expired', async () => {
  const queue = queueName();
  await log().log.append(queueName(), drafts(1), LONG_AGO, LONG_AGO + 2 * RETENTION);
  await fill(queue, (seq) => (seq === 2_000 ? 2 * RETENTION : RETENTION));
  expect(await seqs(log().log.read(queue, 1, 2, NOW))).toEqual([2_000, EXPIRED + 1]);
}, 60_000);

it('the longest retention is kept by all processes, from when it was first recorded', async () => {
  const process = () => new LongestRetention(new Database(tables.client()), tables.tables.messages);
  const longest = async () => (await process().get())?.retention;
  await Promise.all([
    process().cover(60 * HOUR, NOW),
    process().cover(70 * HOUR, NOW),
    process().cover(65 * HOUR, NOW),
  ]);
  expect(await longest()).toBe(70 * HOUR);
  const since = (await process().get())?.since;
  const one = process();
  await one.cover(SECOND, NOW + HOUR);
  expect(await longest()).toBe(70 * HOUR);
  await one.cover(80 * HOUR, NOW + HOUR);
  expect(await process().get()).toEqual({ since, retention: 80 * HOUR });
});
