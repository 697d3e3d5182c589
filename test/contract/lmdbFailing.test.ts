import fs, { promises } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LmdbStores, openLmdb } from '../../adapters/lmdb';
import type { ClientId, JsonText, QueueName } from '../../broker/model/names';
import { eventually } from '../conformance/patience';
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
