import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdb } from '../../adapters/lmdb';
import { chosen, clientId, drafts, LATER, NOW, queueName, subscription } from './suites/samples';

it('a queue that retention has emptied under its subscribers goes on with its numbers, also after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-contract-'));
  const queue = queueName();
  const slow = subscription({ queue, shard: 0, client: clientId() }, { next: 3, covered: 3 });
  const first = await openLmdb(join(folder, 'data'));
  await first.log.append(queue, [...drafts(9), chosen('a')], NOW, NOW + 1_000);
  await first.subscriptions.save(slow, NOW);
  await first.close();

  const emptied = await openLmdb(join(folder, 'data'));
  expect(await emptied.sweep(NOW + 1_000)).toBeGreaterThan(0);
  expect(await emptied.log.read(queue, 1, 100, NOW)).toEqual([]);
  await emptied.close();

  const second = await openLmdb(join(folder, 'data'));
  expect(await second.queues.get(queue)).toMatchObject({ head: 10, headUntil: NOW + 1_000, events: ['add'] });
  expect(await second.subscriptions.get(slow, NOW)).toMatchObject({ next: 3 });
  expect(await second.log.append(queue, [chosen('a')], NOW + 2_000, LATER)).toEqual([
    { seq: 11, id: 'a', duplicate: false },
  ]);
  expect(await second.log.read(queue, 3, 100, NOW + 2_000)).toMatchObject([{ seq: 11, previousUntil: NOW + 1_000 }]);
  await second.close();
  await rm(folder, { recursive: true });
});

/** As a power cut leaves it that takes all that was left to the operating system. */
async function zeroJournal(folder: string): Promise<void> {
  const journal = join(folder, 'journal');
  for (const name of await readdir(journal)) {
    const file = join(journal, name);
    await writeFile(file, Buffer.alloc((await stat(file)).size));
  }
}

it('with the durability os, such a queue goes on with its numbers also after a power cut', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-contract-'));
  const [live, cut] = [join(folder, 'live'), join(folder, 'cut')];
  const queue = queueName();
  const slow = subscription({ queue, shard: 0, client: clientId() }, { next: 11, covered: 11 });
  const first = await openLmdb(live, { durability: 'os' });
  await first.log.append(queue, drafts(10), NOW, NOW + 1_000);
  await first.subscriptions.save(slow, NOW);
  await first.close();

  const emptied = await openLmdb(live, { durability: 'os' });
  expect(await emptied.sweep(NOW + 1_000)).toBeGreaterThan(0);
  await cp(live, cut, { recursive: true });
  await emptied.close();
  await zeroJournal(cut);

  const second = await openLmdb(cut, { durability: 'os' });
  expect(await second.log.read(queue, 1, 100, NOW)).toEqual([]);
  expect(await second.queues.get(queue)).toMatchObject({ head: 10, headUntil: NOW + 1_000 });
  expect(await second.subscriptions.get(slow, NOW)).toMatchObject({ next: 11 });
  expect(await second.log.append(queue, [chosen('a')], NOW + 2_000, LATER)).toMatchObject([{ seq: 11 }]);
  await second.close();
  await rm(folder, { recursive: true });
});
