import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open as openStore } from 'lmdb';
import { type LmdbStores, openLmdb } from '../../adapters/lmdb';
import type { JsonText, QueueName } from '../../broker/model/names';
import { createWorld, QUEUE } from '../unit/usecases/world';
import { chosen, draft, LATER, NOW } from './suites/samples';

const OTHER = 'Network Events' as QueueName;
/** Larger than two of a block, so that each has one of its own. */
const LARGE = JSON.stringify('x'.repeat(17_000)) as JsonText;

let folder: string;
let stores: LmdbStores;

const open = async () => {
  stores = await openLmdb(folder, { durability: 'os' });
};

/** What was written is in LMDB afterwards, in blocks that nothing is added to, and nothing in memory. */
async function reopen(): Promise<void> {
  await stores.close();
  await open();
}

const append = (count: number, expiresAt: number, queue = QUEUE, payload = 'null' as JsonText) =>
  stores.log.append(
    queue,
    Array.from({ length: count }, (_, index) => draft(`${index}`, { payload })),
    NOW,
    expiresAt,
  );

/** The numbers that the log has, be they expired or not. */
const kept = async (queue = QUEUE) => (await stores.log.read(queue, 1, 10_000, NOW)).map(({ seq }) => seq);

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-retention-'));
  await open();
});

afterEach(async () => {
  await stores.close();
  await rm(folder, { recursive: true });
});

describe('after the retention was lowered', () => {
  test('what has expired behind messages that are retained for longer is removed, in each queue', async () => {
    for (const queue of [QUEUE, OTHER]) await append(1, LATER, queue);
    await reopen();
    for (const queue of [QUEUE, OTHER]) await append(200, NOW + 10, queue);
    await reopen();
    for (const queue of [QUEUE, OTHER]) await append(1, LATER, queue);
    await reopen();
    expect(await stores.sweep(NOW + 9)).toBe(0);
    expect(await stores.sweep(NOW + 10)).toBeGreaterThan(0);
    expect(await stores.sweep(NOW + 10)).toBe(0);
    for (const queue of [QUEUE, OTHER]) {
      expect(await kept(queue)).toEqual([1, 202]);
      expect(await stores.log.get(queue, [1, 2, 201, 202], NOW)).toMatchObject([{ seq: 1 }, { seq: 202 }]);
      expect(await stores.log.read(queue, 100, 1, NOW + 10)).toMatchObject([{ seq: 202, previousUntil: NOW + 10 }]);
    }
  });

  test('no number is given twice when the last messages have expired before the first', async () => {
    await append(1, LATER);
    await reopen();
    await append(100, NOW + 10);
    await reopen();
    expect(await stores.sweep(NOW + 10)).toBe(2);
    await reopen();
    expect(await kept()).toEqual([1]);
    expect(await stores.queues.get(QUEUE)).toMatchObject({ head: 101, headUntil: NOW + 10 });
    expect(await append(1, LATER)).toMatchObject([{ seq: 102 }]);
    expect(await stores.log.read(QUEUE, 2, 1, NOW + 10)).toMatchObject([{ seq: 102, previousUntil: NOW + 10 }]);
  });

  test('ids of what was removed are taken again, and those of what is retained are known', async () => {
    const publish = (expiresAt: number, ...ids: string[]) =>
      stores.log.append(
        QUEUE,
        ids.map((id) => chosen(id)),
        NOW,
        expiresAt,
      );
    await publish(LATER, 'b', 'd', 'a');
    await reopen();
    await publish(NOW + 10, 'e', 'g', 'c');
    await reopen();
    await publish(LATER, 'h');
    await reopen();
    // The block, the range of its ascending ids, and the marker of the single one.
    expect(await stores.sweep(NOW + 10)).toBe(3);
    await reopen();
    const again = await stores.log.append(
      QUEUE,
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => chosen(id)),
      NOW + 10,
      LATER,
    );
    expect(again.map(({ id, seq, duplicate }) => [id, seq, duplicate])).toEqual([
      ['a', 3, true],
      ['b', 1, true],
      ['c', 8, false],
      ['d', 2, true],
      ['e', 9, false],
      ['f', 10, false],
      ['g', 11, false],
      ['h', 7, true],
    ]);
  });

  test('a long log is searched by parts, and where something was found, what expires next is removed at once', async () => {
    for (let batch = 0; batch < 11; batch++) await append(100, LATER, QUEUE, LARGE);
    for (const ms of [10, 20, 30]) {
      await reopen();
      await append(70, NOW + ms);
    }
    await reopen();
    expect(await stores.sweep(NOW + 10)).toBe(0);
    expect(await stores.sweep(NOW + 10)).toBe(2);
    expect(await stores.sweep(NOW + 20)).toBe(2);
    expect(await stores.sweep(NOW + 20)).toBe(0);
    expect(await stores.sweep(NOW + 30)).toBe(2);
    expect(await kept()).toEqual(upTo(1_100));
    expect(await stores.sweep(LATER)).toBe(1_100);
    await reopen();
    expect(await append(1, LATER)).toMatchObject([{ seq: 1_311 }]);
  });

  test('a damaged block between them does not keep others from being removed', async () => {
    for (const expiresAt of [NOW + 10, LATER, NOW + 10, NOW + 10, NOW + 10]) {
      await append(1, expiresAt);
      await reopen();
    }
    await stores.close();
    const root = openStore({ path: join(folder, 'store') });
    const messages = root.openDB<string, (string | number)[]>({ name: 'messages', encoding: 'string' });
    await messages.put([QUEUE, 4], `${messages.get([QUEUE, 4])}x`);
    await root.close();
    await open();
    expect(await stores.sweep(NOW + 10)).toBe(3);
    expect(await stores.sweep(NOW + 10)).toBe(0);
    expect(await stores.log.read(QUEUE, 1, 1, NOW)).toMatchObject([{ seq: 2 }]);
  });

  test('a subscriber is told of what was removed in a gap, and gets what is before and behind it', async () => {
    for (const expiresAt of [LATER, NOW + 10, LATER]) {
      await append(expiresAt === LATER ? 1 : 100, expiresAt);
      await reopen();
    }
    expect(await stores.sweep(NOW + 10)).toBe(2);
    const world = createWorld({ between: () => stores });
    await world.pass(NOW + 60_000 - world.ports.clock.now());
    const billing = await world.open('billing', 'wire');
    await world.welcome(billing);
    await billing.request({ action: 'subscribe', queue: QUEUE, from: 'earliest' });
    expect(billing.take()).toMatchObject([
      { type: 'welcome' },
      { type: 'gap', from: 2, to: 101, reason: 'expired' },
      { type: 'messages', messages: [{ seq: 1 }, { seq: 102 }] },
    ]);
    expect(await kept()).toEqual([1, 102]);
  });
});
