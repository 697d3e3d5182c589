import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LmdbStores, openLmdb } from '../../adapters/lmdb';
import type { ClientId, EventName, JsonText, QueueName } from '../../broker/model/names';
import { bury } from '../../broker/usecases/bury';
import { createWorld } from '../unit/usecases/world';
import { draft, LATER, NOW, subscription } from './suites/samples';

const QUEUE = 'Database Events' as QueueName;
const OTHER = 'Network Events' as QueueName;
const LAST = 300;

let folder: string;
let stores: LmdbStores;

/** What was written is in LMDB afterwards, and nothing in memory. */
async function reopen(): Promise<void> {
  await stores.close();
  stores = await openLmdb(folder);
}

const append = (queue: QueueName, count: number, payload = 'null', expiresAt = LATER) =>
  stores.log.append(
    queue,
    Array.from({ length: count }, (_, index) =>
      draft(`${queue} ${index}`, { event: 'add' as EventName, payload: payload as JsonText }),
    ),
    NOW,
    expiresAt,
  );

const read = async (from: number, limit: number, now = NOW) =>
  (await stores.log.read(QUEUE, from, limit, now)).map(({ seq }) => seq);

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-reopened-'));
  stores = await openLmdb(folder);
});

afterEach(async () => {
  await stores.close();
  await rm(folder, { recursive: true });
});

describe('a log in LMDB that was opened again', () => {
  test('is read on from any number, a few or many at a time', async () => {
    // Two queues by turns, so that neither stands in the journal in one piece.
    for (let round = 0; round < 100; round++) {
      await append(QUEUE, 3);
      await append(OTHER, 1);
    }
    await reopen();
    for (const from of [1, 2, 63, 64, 65, 128, 129, 299, 300]) {
      expect(await read(from, 1)).toEqual([from]);
      expect(await read(from, 70)).toEqual(upTo(Math.min(LAST, from + 69), from));
      expect(await read(from, 1_000)).toEqual(upTo(LAST, from));
    }
    expect(await read(LAST + 1, 10)).toEqual([]);
  });

  test('is read across what is stored and what is new', async () => {
    await append(QUEUE, 100);
    await reopen();
    await append(QUEUE, 50);
    expect(await read(90, 20)).toEqual(upTo(109, 90));
    expect(await read(1, 1_000)).toEqual(upTo(150));
    await reopen();
    expect(await read(1, 1_000)).toEqual(upTo(150));
  });

  test('goes on with the number after its last', async () => {
    await append(QUEUE, 100);
    await reopen();
    expect(await append(QUEUE, 1)).toMatchObject([{ seq: 101 }]);
  });

  test('finds single messages wherever they stand in a block', async () => {
    await append(QUEUE, 200);
    await reopen();
    const found = await stores.log.get(QUEUE, [1, 64, 65, 130, 200, 201], NOW);
    expect(found.map(({ seq, id }) => [seq, id])).toEqual([
      [1, 'Database Events 0'],
      [64, 'Database Events 63'],
      [65, 'Database Events 64'],
      [130, 'Database Events 129'],
      [200, 'Database Events 199'],
    ]);
  });

  test('keeps a hole apart, and what is filled in later in its place', async () => {
    const tombstone = (seq: number) => ({
      seq,
      tombstone: true as const,
      publishedAt: NOW,
      expiresAt: LATER,
      previousUntil: 0,
    });
    await append(QUEUE, 10);
    await stores.log.fill(QUEUE, tombstone(12));
    await append(QUEUE, 10);
    await reopen();
    expect(await read(9, 5)).toEqual([9, 10, 12, 13, 14]);
    await stores.log.fill(QUEUE, tombstone(11));
    expect(await read(9, 5)).toEqual([9, 10, 11, 12, 13]);
    await reopen();
    expect(await read(11, 2)).toEqual([11, 12]);
    expect(await read(1, 100)).toEqual(upTo(22));
    expect(await stores.log.get(QUEUE, [11, 12, 13], NOW)).toMatchObject([{ seq: 13 }]);
  });

  test('keeps large messages', async () => {
    const payload = JSON.stringify('ä😀'.repeat(4_000));
    await append(QUEUE, 20, payload);
    await reopen();
    expect(await stores.log.read(QUEUE, 1, 20, NOW)).toMatchObject(upTo(20).map((seq) => ({ seq, payload })));
  });

  test('gives room back once whole blocks have expired, and forgets no number', async () => {
    await append(QUEUE, 100, 'null', NOW + 10);
    await append(QUEUE, 10);
    await reopen();
    expect(await stores.sweep(NOW + 10)).toBeGreaterThan(0);
    expect(await stores.sweep(NOW + 10)).toBe(0);
    expect(await read(1, 1_000, NOW + 10)).toEqual(upTo(110, 101));
    expect(await stores.sweep(LATER)).toBeGreaterThan(0);
    await reopen();
    expect(await append(QUEUE, 1)).toMatchObject([{ seq: 111 }]);
  });
});

test('subscriptions of clients without a name have ended with the process', async () => {
  const keys = ['billing', 'anon-6f1c2f0a-5d0e-4f3b-9a53-0c8d7d3f1e2a'].map((client) => ({
    queue: QUEUE,
    shard: 0,
    client: client as ClientId,
  }));
  for (const key of keys) {
    await stores.subscriptions.save(subscription(key), NOW);
    await stores.subscriptions.persisted(key);
  }
  await reopen();
  expect((await stores.subscriptions.getMany(keys, NOW)).map(({ client }) => client)).toEqual(['billing']);
  expect(await stores.clients.get('anon-6f1c2f0a-5d0e-4f3b-9a53-0c8d7d3f1e2a' as ClientId, NOW)).toMatchObject({
    subscriptions: [],
  });
  await reopen();
  expect(await stores.subscriptions.count([{ queue: QUEUE, shard: 0 }], NOW)).toMatchObject({ subscribers: 1 });
});

test('a dead letter is never on disk before the state that decided it', async () => {
  const wasNot = subscription({ queue: QUEUE, shard: 0, client: 'billing' as ClientId }, { next: 2, covered: 2 });
  const flight = { seq: 1, attempt: 1, dueAt: LATER };
  await append(QUEUE, 1);
  await stores.subscriptions.save({ ...wasNot, version: 1, inFlight: [flight] }, NOW);
  await stores.subscriptions.persisted(wasNot);
  const dead = { ...wasNot, version: 2, inFlight: [{ ...flight, dead: true as const }] };
  await stores.subscriptions.save(dead, NOW);
  const world = createWorld();
  await bury({ ...world.ports, ...stores, clock: { now: () => NOW } }, dead, dead.inFlight);
  // As after SIGKILL: what the files have.
  const copy = join(await mkdtemp(join(tmpdir(), 'holdfast-killed-')), 'data');
  await cp(folder, copy, { recursive: true });
  await rm(join(copy, 'lock'), { force: true });
  const killed = await openLmdb(copy);
  try {
    expect(await killed.deadLetters.get(dead, [1], NOW)).toHaveLength(1);
    expect((await killed.subscriptions.get(dead, NOW))?.inFlight.filter((one) => one.dead !== true)).toEqual([]);
  } finally {
    await killed.close();
    await rm(join(copy, '..'), { recursive: true });
  }
});

test('who reads a long log to its end lets others have their turn', async () => {
  await append(QUEUE, 40_000, JSON.stringify('x'.repeat(200)));
  await reopen();
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  for (let from = 1; from <= 40_000; from += 250) await read(from, 250);
  isOver = true;
  expect(turns).toBeGreaterThan(0);
});
