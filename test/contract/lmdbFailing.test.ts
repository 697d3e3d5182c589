import fs, { promises } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LmdbStores, openLmdb } from '../../adapters/lmdb';
import type { ClientId, JsonText, QueueName } from '../../broker/model/names';
import { eventually, pause } from '../conformance/patience';
import { chosen, drafts, LATER, NOW, subscription } from './suites/samples';

const QUEUE = 'Database Events' as QueueName;
const OTHER = 'Network Events' as QueueName;

let folder: string;
let stores: LmdbStores;
let reports: string[];

const open = async () => {
  stores = await openLmdb(folder, { durability: 'os', report: (what) => reports.push(what) });
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-failing-'));
  reports = [];
  await open();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await stores.close();
  await rm(folder, { recursive: true });
});

const publish = async (id: string) => (await stores.log.append(QUEUE, [chosen(id)], NOW, LATER))[0];

test('a message that was answered is known by its id although what came after could not be written', async () => {
  expect(await publish('order-1')).toMatchObject({ seq: 1, duplicate: false });
  const full = () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  jest.spyOn(fs, 'writeSync').mockImplementation(full);
  jest.spyOn(fs, 'write').mockImplementation(full);
  await expect(publish('order-2')).rejects.toMatchObject({ name: 'Unavailable' });
  jest.restoreAllMocks();
  expect(await publish('order-1')).toMatchObject({ seq: 1, duplicate: true });
  expect(await publish('order-2')).toMatchObject({ seq: 2, duplicate: false });
});

test('a part of the journal that could not be removed is not read again over what is later', async () => {
  const key = { queue: QUEUE, shard: 0, client: 'billing' as ClientId };
  // More than a segment holds, so that with the next write all so far goes to LMDB.
  const bulk = drafts(30, { payload: JSON.stringify('x'.repeat(100_000)) as JsonText });
  let removals = 0;
  const { rename } = promises;
  jest.spyOn(promises, 'rename').mockImplementation(async (from, to) => {
    if (String(from).endsWith('.journal') && ++removals === 1) throw new Error('it is in use');
    return rename(from, to);
  });
  for (const [index, next] of [5, 9].entries()) {
    await stores.subscriptions.save(subscription(key, { version: index + 1, next, covered: next }), NOW);
    await stores.subscriptions.persisted(key);
    await stores.log.append(OTHER, bulk, NOW, LATER);
    await publish(`order-${index}`);
    await eventually(
      () => removals,
      (count) => count > index,
    );
  }
  expect(reports).toEqual(['the journal could not be stored in LMDB']);
  await stores.close();
  await open();
  expect(await stores.subscriptions.get(key, NOW)).toMatchObject({ next: 9 });
});

test('nothing is swept while the number that its queue goes on with cannot be stored', async () => {
  await stores.log.append(QUEUE, drafts(3), NOW, NOW + 10);
  await stores.close();
  await open();
  jest.spyOn(promises, 'rename').mockRejectedValue(new Error('it is in use'));
  await expect(stores.sweep(NOW + 10)).rejects.toMatchObject({ name: 'Unavailable' });
  expect(await stores.log.read(QUEUE, 1, 10, NOW)).toHaveLength(3);
  jest.restoreAllMocks();
  expect(await stores.sweep(NOW + 10)).toBeGreaterThan(0);
});

describe('While LMDB takes nothing', () => {
  /** 3 MB of the journal. */
  const bulk = drafts(30, { payload: JSON.stringify('x'.repeat(100_000)) as JsonText });
  const append = () => stores.log.append(OTHER, bulk, NOW, LATER);

  /** Nothing can be taken out of the journal until mocks are restored. */
  function takeNothing(): void {
    const { rename } = promises;
    jest.spyOn(promises, 'rename').mockImplementation(async (from, to) => {
      if (String(from).endsWith('.journal')) throw new Error('no space left on device');
      return rename(from, to);
    });
  }

  test('what the journal takes is limited, and what is refused goes on in order when LMDB takes it again', async () => {
    takeNothing();
    let appended = 0;
    let refusal: unknown;
    for (; refusal === undefined && appended < 50; appended++) {
      refusal = await append().then(
        () => undefined,
        (error: unknown) => error,
      );
      // What is stored is so beside what is written.
      await pause(20);
    }
    appended -= 1;
    expect(refusal).toMatchObject({ name: 'Unavailable', message: expect.stringMatching(/LMDB/) });
    expect(appended).toBeGreaterThan(10);
    expect(appended).toBeLessThan(15);
    jest.restoreAllMocks();
    const [next] = await eventually(
      () => append().catch(() => []),
      (answers) => answers.length > 0,
    );
    expect(next?.seq).toBe(appended * bulk.length + 1);
    await stores.close();
    await open();
    expect((await stores.queues.get(OTHER))?.head).toBe((appended + 1) * bulk.length);
  });

  test('the check fails, and passes when it takes something again', async () => {
    await stores.check();
    takeNothing();
    await append();
    await publish('order-1');
    await eventually(
      () => reports.length,
      (count) => count > 0,
    );
    await expect(stores.check()).rejects.toMatchObject({ name: 'Unavailable' });
    // What there is room for is taken all the same.
    expect(await publish('order-2')).toMatchObject({ seq: 2 });
    jest.restoreAllMocks();
    await eventually(
      () =>
        stores.check().then(
          () => true,
          () => false,
        ),
      (passes) => passes,
    );
  });
});
