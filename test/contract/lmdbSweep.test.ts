import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../adapters/lmdb/database';
import { takeDataFolder } from '../../adapters/lmdb/dataFolder';
import { LmdbDeadLetters } from '../../adapters/lmdb/deadLetters';
import { asStored } from '../../adapters/lmdb/entryText';
import { ExpiredBlocks } from '../../adapters/lmdb/expiredBlocks';
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
  jest.restoreAllMocks();
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
  const { message } = deadLetter(1);
  const appended = asStored(message, 'none');
  // How a message is found is asked for when its block is encoded, and when it is about to be stored: what is begun in
  // the moment after meets the transaction.
  let asked = 0;
  const swept = new Promise<number>((resolve, reject) => {
    Object.defineProperty(appended, 'marking', {
      get: () => {
        asked += 1;
        if (asked === 2) process.nextTick(() => sweepLetters(database, EXPIRY).then(resolve, reject));
        return 'none';
      },
    });
  });
  await database.write([{ queue: OWNER.queue, appended: [appended] }, ['queues', ['large'], SEGMENT]]);
  await database.write([['markers', ['next', '1'], '0']]);
  await stored;
  expect(await swept).toBe(1);
  expect(await letters.get(OWNER, [1, 2], EXPIRY)).toMatchObject([{ message: { seq: 1 }, expiresAt: LATER }]);
});

describe('Of many logs', () => {
  const queues = Array.from({ length: 20 }, (_, index) => `queue-${index}` as QueueName);

  async function logs(): Promise<ExpiredBlocks> {
    await database.write(
      queues.map((queue, index) => ({
        queue,
        appended: [asStored({ ...deadLetter(1).message, expiresAt: index === 0 ? EXPIRY : LATER }, 'none')],
      })),
    );
    await database.close();
    await open();
    return new ExpiredBlocks(database);
  }

  test('those that are retained are not looked at again before they expire', async () => {
    const expired = await logs();
    const looks = jest.spyOn(database, 'get');
    expect(await expired.due(expired.places(queues), NOW)).toEqual([]);
    expect(looks).toHaveBeenCalledTimes(queues.length);
    looks.mockClear();
    expect(await expired.due(expired.places(queues), EXPIRY)).toEqual([{ queue: queues[0], seq: 1 }]);
    expect(looks).toHaveBeenCalledTimes(1);
    expect(await expired.due(expired.places(queues), LATER)).toHaveLength(queues.length);
  });

  test('some are looked at, and then others have their turn', async () => {
    const expired = await logs();
    let time = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => {
      time += 3;
      return time;
    });
    let turns = 0;
    const turn = () => {
      turns += 1;
      if (turns < 100) setImmediate(turn);
    };
    setImmediate(turn);
    await expired.due(expired.places(queues), NOW);
    expect(turns).toBeGreaterThan(3);
    expect(turns).toBeLessThan(queues.length);
  });
});
