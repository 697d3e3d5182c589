import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dynamodbStores } from '../../adapters/dynamodb';
import { Database } from '../../adapters/dynamodb/database';
import { Numbers } from '../../adapters/dynamodb/numbers';
import { openLmdb } from '../../adapters/lmdb';
import { memoryStores } from '../../adapters/memory';
import { MemoryLog } from '../../adapters/memory/log';
import { MemoryQueues } from '../../adapters/memory/queues';
import type { QueueName, Seq } from '../../broker/model/names';
import type { Stores } from '../../broker/ports';
import { testTables } from './dynamodb';
import {
  chosen,
  clientId,
  connectionId,
  deadLetter,
  draft,
  LATER,
  NOW,
  queueName,
  subscription,
} from './suites/samples';

/** Stores whose queues can be made to look as if many messages had been there. */
interface LongLived {
  readonly stores: Stores;
  /** Takes the numbers of a queue up to and including one. */
  skipTo(queue: QueueName, seq: Seq): Promise<unknown>;
  /** The stores as another process finds them. */
  reopen(): Promise<Stores>;
  close(): Promise<unknown>;
}

async function memory(): Promise<LongLived> {
  const queues = new MemoryQueues();
  const stores = { ...memoryStores(), queues, log: new MemoryLog(queues) };
  const skipTo = async (queue: QueueName, seq: Seq) => queues.take(queue, seq, [], NOW, LATER);
  return { stores, skipTo, reopen: async () => stores, close: async () => {} };
}

async function lmdb(): Promise<LongLived> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-contract-'));
  let stores = await openLmdb(join(folder, 'data'));
  return {
    stores,
    skipTo: (queue, seq) =>
      stores.log.fill(queue, { seq, tombstone: true, publishedAt: NOW, previousUntil: NOW, expiresAt: LATER }),
    reopen: async () => {
      await stores.close();
      stores = await openLmdb(join(folder, 'data'));
      return stores;
    },
    close: async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function dynamodb(): Promise<LongLived> {
  const { tables, client, close } = await testTables();
  const numbers = new Numbers(new Database(client()), tables.queues);
  const stores = dynamodbStores(client(), tables);
  const skipTo = (queue: QueueName, seq: Seq) => numbers.take(queue, seq, [], NOW, LATER);
  return { stores, skipTo, reopen: async () => dynamodbStores(client(), tables), close };
}

const seqs = (entries: readonly { seq: Seq }[]) => entries.map(({ seq }) => seq);

describe.each([
  ['memory', memory],
  ['LMDB', lmdb],
  ['DynamoDB', dynamodb],
])('a queue in %s that has had so many messages that their number takes', (_, open) => {
  it.each([
    ['31 bits', 2 ** 31 - 1],
    ['32 bits', 2 ** 32 - 1],
    ['40 bits', 2 ** 40],
  ])('%s goes on as before', async (__, last) => {
    const { stores, skipTo, reopen, close } = await open();
    const queue = queueName();
    await skipTo(queue, last);
    const answers = await stores.log.append(queue, [draft('a'), chosen('b')], NOW, LATER);
    expect(seqs(answers)).toEqual([last + 1, last + 2]);
    const key = { queue, shard: 0, client: clientId() };
    const saved = subscription(key, {
      next: last + 3,
      covered: last + 3,
      inFlight: [last + 1, last + 2].map((seq) => ({ seq, attempt: 1, dueAt: NOW })),
      connections: [{ connection: connectionId(), connectedAt: NOW }],
    });
    await stores.subscriptions.save(saved, NOW);
    await stores.deadLetters.put(key, deadLetter(last + 1));

    const again = await reopen();
    expect((await again.queues.get(queue))?.head).toBe(last + 2);
    expect(await again.log.append(queue, [chosen('b')], NOW, LATER)).toMatchObject([
      { seq: last + 2, duplicate: true },
    ]);
    expect(seqs(await again.log.append(queue, [draft('c')], NOW, LATER))).toEqual([last + 3]);
    expect(seqs(await again.log.read(queue, last + 1, 10, NOW))).toEqual([last + 1, last + 2, last + 3]);
    expect(seqs(await again.log.get(queue, [last + 2, last + 3], NOW))).toEqual([last + 2, last + 3]);
    const { connections: ___, ...kept } = saved;
    expect(await again.subscriptions.get(key, NOW)).toMatchObject(kept);
    expect(await again.deadLetters.get(key, [last + 1], NOW)).toMatchObject([{ message: { seq: last + 1 } }]);
    await close();
  });
});
