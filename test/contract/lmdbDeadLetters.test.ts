import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LmdbStores, openLmdb } from '../../adapters/lmdb';
import { Database } from '../../adapters/lmdb/database';
import type { ClientId, QueueName, Seq } from '../../broker/model/names';
import { deadLetter, everyPage, LATER, NOW, pageOf } from './suites/samples';

const OWNER = { queue: 'Database Events' as QueueName, client: 'billing' as ClientId };

let folder: string;
let stores: LmdbStores;

/** What was written is in LMDB afterwards, and nothing in memory. */
async function reopen(): Promise<void> {
  await stores.close();
  stores = await openLmdb(folder);
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

const put = (seqs: readonly Seq[], expiresAt = LATER) =>
  Promise.all(seqs.map((seq) => stores.deadLetters.put(OWNER, deadLetter(seq, { expiresAt }))));

const listed = async (limit: number, now = NOW) => {
  const letters = await everyPage(limit, (cursor) => stores.deadLetters.list(OWNER, pageOf(limit, cursor), now));
  return letters.map(({ message }) => message.seq);
};

/** How many entries are read from LMDB, with what stands there, while something is done. */
async function readsOf(work: () => Promise<unknown>): Promise<number> {
  let reads = 0;
  const { range, get } = Database.prototype;
  const spies = [
    jest.spyOn(Database.prototype, 'range').mockImplementation(function* (this: Database, ...args) {
      for (const entry of range.apply(this, args)) {
        reads += 1;
        yield entry;
      }
    }),
    jest.spyOn(Database.prototype, 'get').mockImplementation(function (this: Database, ...args) {
      reads += 1;
      return get.apply(this, args);
    }),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return reads;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-letters-'));
  stores = await openLmdb(folder);
});

afterEach(async () => {
  await stores.close();
  await rm(folder, { recursive: true });
});

describe('the dead letters in LMDB', () => {
  test('are listed and counted across what is stored and what is new, put anew or removed', async () => {
    await put([2, 4, 6, 8]);
    await put([10], NOW + 5);
    await reopen();
    await put([1, 5, 6, 9]);
    await put([8], NOW + 5);
    await stores.deadLetters.remove(OWNER, [4, 5, 7]);
    for (const limit of [1, 2, 3, 100]) {
      expect(await listed(limit)).toEqual([1, 2, 6, 8, 9, 10]);
      expect(await listed(limit, NOW + 5)).toEqual([1, 2, 6, 9]);
    }
    expect(await stores.deadLetters.count(OWNER, NOW)).toBe(6);
    expect(await stores.deadLetters.count(OWNER, NOW + 5)).toBe(4);
    await reopen();
    expect(await listed(2, NOW + 5)).toEqual([1, 2, 6, 9]);
    expect(await stores.deadLetters.count(OWNER, NOW + 5)).toBe(4);
  });

  test('are read a page at a time, and counted without being read', async () => {
    await put(upTo(300));
    await reopen();
    expect(await readsOf(() => stores.deadLetters.list(OWNER, { limit: 10 }, NOW))).toBe(11);
    expect(await readsOf(() => listed(10))).toBeLessThanOrEqual(300 + 30);
    expect(await readsOf(() => stores.deadLetters.count(OWNER, NOW))).toBe(0);
  });

  test('leave others their turn between two pages', async () => {
    await put([1, 2]);
    let turns = 0;
    const first = await stores.deadLetters.list(OWNER, { limit: 1 }, NOW);
    setImmediate(() => {
      turns += 1;
    });
    await stores.deadLetters.list(OWNER, { limit: 1, cursor: first.cursor ?? '' }, NOW);
    expect(turns).toBe(1);
  });

  test('are swept once they are expired, and those that live are not read for it', async () => {
    await put(upTo(1_500), NOW + 10);
    await put(upTo(200).map((seq) => seq + 2_000));
    await reopen();
    expect(await readsOf(() => stores.sweep(NOW + 9))).toBe(0);
    expect(await stores.sweep(NOW + 10)).toBe(1_500);
    expect(await readsOf(() => stores.sweep(NOW + 10))).toBe(0);
    expect(await stores.deadLetters.count(OWNER, NOW)).toBe(200);
  });

  test('are not swept by an expiry that they had before they were put anew', async () => {
    await put([1, 2], NOW + 10);
    await reopen();
    await put([1]);
    await stores.deadLetters.remove(OWNER, [2]);
    await reopen();
    expect(await stores.sweep(NOW + 10)).toBe(0);
    expect(await listed(10)).toEqual([1]);
    expect(await stores.sweep(LATER)).toBe(1);
    expect(await stores.deadLetters.count(OWNER, NOW)).toBe(0);
  });
});
