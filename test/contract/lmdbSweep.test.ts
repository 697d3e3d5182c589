import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../adapters/lmdb/database';
import { takeDataFolder } from '../../adapters/lmdb/dataFolder';
import { LmdbDeadLetters } from '../../adapters/lmdb/deadLetters';
import { encodeEntry } from '../../adapters/lmdb/entryText';
import { sweepLetters } from '../../adapters/lmdb/sweep';
import type { ClientId, QueueName } from '../../broker/model/names';
import { deadLetter, LATER, NOW } from './suites/samples';

const OWNER = { queue: 'Database Events' as QueueName, client: 'billing' as ClientId };
const EXPIRY = NOW + 10;
/** More than a segment of the journal holds: with the next write, all so far goes to LMDB. */
const SEGMENT = 'x'.repeat(3_000_000);

let folder: string;
let database: Database;
let letters: LmdbDeadLetters;

async function open(): Promise<void> {
  database = await Database.open(await takeDataFolder(folder), () => undefined, 'os');
  letters = new LmdbDeadLetters(database);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-sweep-'));
  await open();
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

test('A dead letter that is on its way into LMDB anew is not swept by the expiry of the one that stands there', async () => {
  await letters.put(OWNER, deadLetter(1, { expiresAt: EXPIRY }));
  await letters.put(OWNER, deadLetter(2, { expiresAt: EXPIRY }));
  await database.close();
  await open();
  await letters.put(OWNER, deadLetter(1, { expiresAt: LATER }));
  const stored = new Promise<void>((resolve) => database.onStored(() => resolve()));
  // Entries are looked up when they are about to be stored: what is begun in the next moment meets the transaction.
  const swept = new Promise<number>((resolve, reject) => {
    database.useEntries(() => {
      process.nextTick(() => sweepLetters(database, EXPIRY).then(resolve, reject));
      return undefined;
    });
  });
  const { message } = deadLetter(1);
  await database.write([
    ['messages', [OWNER.queue, 1], encodeEntry(message)],
    ['queues', ['large'], SEGMENT],
  ]);
  await database.write([['markers', ['next', '1'], '0 0']]);
  await stored;
  expect(await swept).toBe(1);
  expect(await letters.get(OWNER, [1, 2], EXPIRY)).toMatchObject([{ message: { seq: 1 }, expiresAt: LATER }]);
});
