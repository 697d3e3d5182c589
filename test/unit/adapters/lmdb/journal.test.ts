import fs, { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Digests, loadDigests } from '../../../../adapters/lmdb/digest';
import type { Change } from '../../../../adapters/lmdb/groups';
import { Journal, type Segment } from '../../../../adapters/lmdb/journal';
import { replay } from '../../../../adapters/lmdb/replay';
import { clearSegments, type Durability, segmentFile } from '../../../../adapters/lmdb/segments';
import { runs } from '../../../runs';

let digests: Digests;
let folder: string;

const open = (durability: Durability, onFailure: () => void = () => undefined) =>
  Journal.open(folder, 1, 1, { onFailure, pressure: () => undefined, refusal: () => undefined, durability, digests });

const change = (value: string): Change => ['queues', ['orders'], value];

/** What is read of the journal, and what of it is damaged, if the store has it up to a group. */
async function left(stored = 0): Promise<{ values: unknown[]; damaged: string | undefined }> {
  const { segments, damaged } = await replay(folder, digests, stored);
  return { values: segments.flatMap(({ changes }) => changes.map(([, , value]) => value)), damaged };
}

const rotated = async (journal: Journal): Promise<Segment> => {
  const segment = await journal.rotate();
  if (segment === undefined) throw new Error('Nothing was written');
  return segment;
};

beforeAll(async () => {
  digests = await loadDigests();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-journal-'));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** So many characters are written as one group, or the segment is completed, or the oldest complete one is stored. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.constant('rotate' as const) },
  { weight: 2, arbitrary: fc.constant('retire' as const) },
);

test('Of files that are written over, what is read is what was not stored, wherever it ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await clearSegments(folder);
      const journal = await open('os');
      const complete: Segment[] = [];
      let current: string[] = [];
      let count = 0;
      let stored = 0;
      for (const step of steps) {
        if (step === 'retire') {
          const [oldest] = complete;
          if (oldest) await journal.retire(oldest);
          stored = oldest?.through ?? stored;
          complete.shift();
        } else if (step === 'rotate') {
          const segment = await journal.rotate();
          expect(segment?.changes.map(([, , value]) => value) ?? []).toEqual(current);
          if (segment) complete.push(segment);
          current = [];
        } else {
          count += 1;
          const value = `${count}`.padEnd(step.write, '-');
          await journal.write([change(value)]);
          current.push(value);
        }
        const values = [...complete.flatMap(({ changes }) => changes.map(([, , value]) => value)), ...current];
        expect(await left(stored)).toEqual({ values, damaged: undefined });
      }
      await journal.close();
    }),
    { numRuns: runs(80) },
  );
});

test('With fsync, a file has its length before it is written to, and serves again', async () => {
  const journal = await open('fsync');
  const length = () => readFileSync(segmentFile(folder, 1)).length;
  const given = length();
  expect(given).toBe(2 * 1024 * 1024);
  await journal.write([change('one')]);
  expect(length()).toBe(given);
  await journal.retire(await rotated(journal));
  await journal.write([change('two')]);
  await journal.retire(await rotated(journal));
  await journal.write([change('three')]);
  expect((await readdir(folder)).sort()).toEqual(['000000000002.spare', '000000000003.journal']);
  expect(await left(2)).toEqual({ values: ['three'], damaged: undefined });
  await journal.close();
});

test('Where there is no room for a length, what is written is all that a file has', async () => {
  const { open: openFile } = fs.promises;
  jest.spyOn(fs.promises, 'open').mockImplementation(async (...args) => {
    const handle = await openFile(...args);
    if (args[0] === segmentFile(folder, 1)) jest.spyOn(handle, 'sync').mockRejectedValue(new Error('no space left'));
    return handle;
  });
  const journal = await open('fsync');
  await journal.write([change('one')]);
  expect(readFileSync(segmentFile(folder, 1)).length).toBeLessThan(100);
  expect(await left()).toEqual({ values: ['one'], damaged: undefined });
  await journal.close();
});

test('An end that is missing is damage if anything was written later', async () => {
  const journal = await open('os');
  for (const value of ['one', 'two']) await journal.write([change(value)]);
  const first = segmentFile(folder, 1);
  const whole = readFileSync(first);
  await journal.rotate();
  writeFileSync(first, whole.subarray(0, whole.length / 2));
  // A file for what comes next says nothing.
  expect(await left()).toEqual({ values: ['one'], damaged: undefined });
  await journal.write([change('three')]);
  expect(await left()).toEqual({ values: ['one'], damaged: first });
  await journal.close();
});

test('What else lies in the folder is left alone', async () => {
  for (const name of ['notes.journal', '1.journal', '000000000001.journal.bak']) writeFileSync(join(folder, name), 'x');
  const journal = await open('os');
  await journal.write([change('one')]);
  await journal.close();
  expect(await left()).toEqual({ values: ['one'], damaged: undefined });
  await clearSegments(folder);
  expect(await readdir(folder)).toHaveLength(3);
});

test('What could not be written counts as damage nowhere', async () => {
  const journal = await open('os');
  await journal.write([change('one')]);
  const { writeSync } = fs;
  const failing = (...args: unknown[]): never => {
    writeSync(...(args.slice(0, 5) as Parameters<typeof writeSync>));
    throw new Error('it is not known whether that was written');
  };
  // Whichever it takes: that depends on how quick the disk was.
  jest.spyOn(fs, 'writeSync').mockImplementationOnce(failing);
  jest.spyOn(fs, 'write').mockImplementationOnce(failing);
  await expect(journal.write([change('lost')])).rejects.toMatchObject({ name: 'Unavailable' });
  jest.restoreAllMocks();
  await journal.rotate();
  await journal.write([change('two')]);
  expect(await left()).toEqual({ values: ['one', 'two'], damaged: undefined });
  await journal.close();
});

describe('Bytes that have changed', () => {
  const GROUPS = 20;

  /** A journal of so many groups in one segment; where each begins. */
  async function written(): Promise<{ file: string; bytes: Buffer; places: number[] }> {
    const journal = await open('os');
    const file = segmentFile(folder, 1);
    const places: number[] = [];
    for (let group = 1; group <= GROUPS; group++) {
      places.push(readFileSync(file).length);
      await journal.write([change(`${group}`.padEnd(50, '-'))]);
    }
    await journal.close();
    return { file, bytes: readFileSync(file), places };
  }

  test('are known wherever they are, unless they are of the last group', async () => {
    const { file, bytes, places } = await written();
    const last = places.at(-1) ?? 0;
    for (let place = 0; place < bytes.length; place += 3) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 0x10;
      writeFileSync(file, changed);
      const { values, damaged } = await left();
      const whole = places.filter((start) => start <= place).length - 1;
      expect([place, values.length, damaged]).toEqual([place, whole, place < last ? file : undefined]);
    }
  });

  test('are known where many groups in a row are gone', async () => {
    const { file, bytes, places } = await written();
    for (const [from, to] of [
      [0, 1],
      [0, 19],
      [5, 15],
      [18, 19],
    ] as const) {
      writeFileSync(file, Buffer.from(bytes).fill(0, places[from], places[to]));
      expect(await left()).toMatchObject({ damaged: file });
    }
    writeFileSync(file, Buffer.from(bytes).fill(0, places[15]));
    expect(await left()).toMatchObject({ values: { length: 15 }, damaged: undefined });
  });

  test('are known by what is missing where the store ends and the journal begins', async () => {
    const journal = await open('os');
    await journal.write([change('one')]);
    await journal.write([change('two')]);
    await journal.rotate();
    await journal.write([change('three')]);
    await journal.close();
    const file = segmentFile(folder, 1);
    const bytes = readFileSync(file);
    writeFileSync(file, Buffer.alloc(bytes.length));
    expect(await left(0)).toEqual({ values: [], damaged: file });
    expect(await left(1)).toEqual({ values: [], damaged: file });
    // The store has had all that is gone.
    expect(await left(2)).toEqual({ values: ['three'], damaged: undefined });
    await rm(file);
    expect(await left(1)).toEqual({ values: [], damaged: folder });
    expect(await left(2)).toEqual({ values: ['three'], damaged: undefined });
  });
});

test('What nobody waits for goes with the next group that somebody waits for', async () => {
  const journal = await open('fsync');
  const lingering = journal.write([change('a')], 'none');
  await journal.write([change('b')]);
  await lingering;
  const { through, changes } = await rotated(journal);
  expect([through, changes.map(([, , value]) => value)]).toEqual([1, ['a', 'b']]);
  await journal.close();
});

test('What nobody waits for goes by itself a moment later, or at once when it is asked for', async () => {
  const journal = await open('fsync');
  await journal.write([change('a')], 'none');
  expect(await left()).toEqual({ values: ['a'], damaged: undefined });
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance', 'nextTick'] });
  try {
    const lingering = journal.write([change('b')], 'none');
    journal.hasten();
    await lingering;
  } finally {
    jest.useRealTimers();
  }
  expect(await left()).toEqual({ values: ['a', 'b'], damaged: undefined });
  await journal.close();
});

test('Enough is written while more arrives, which goes with the next group', async () => {
  const journal = await open('fsync');
  const write = jest.spyOn(fs, 'write');
  const values = Array.from({ length: 50 }, (_, index) => `${index}`);
  const writes = values.slice(0, 47).map((value) => journal.write([change(value)]));
  expect(write).not.toHaveBeenCalled();
  writes.push(journal.write(values.slice(47, 49).map(change)));
  expect(write).toHaveBeenCalledTimes(1);
  writes.push(journal.write(values.slice(49).map(change)));
  await Promise.all(writes);
  const { through, changes } = await rotated(journal);
  expect([through, changes.map(([, , value]) => value)]).toEqual([2, values]);
  await journal.close();
});

test('Who hands over what is enough is told of a failure afterwards', async () => {
  const failed = jest.fn();
  const journal = await open('fsync', failed);
  // A quick disk that had nothing to do for a while: the process writes a small group by itself.
  const now = jest.spyOn(performance, 'now').mockReturnValue(0);
  await journal.write([change('one')]);
  now.mockReturnValue(10);
  const failing = (): never => {
    throw new Error('the disk is full');
  };
  jest.spyOn(fs, 'writeSync').mockImplementation(failing);
  jest.spyOn(fs, 'write').mockImplementation(failing);
  const lost = journal.write(Array.from({ length: 48 }, (_, index) => change(`${index}`)));
  expect(failed).not.toHaveBeenCalled();
  await expect(lost).rejects.toMatchObject({ name: 'Unavailable' });
  expect(failed).toHaveBeenCalledTimes(1);
  jest.restoreAllMocks();
  await journal.close();
  expect(await left()).toEqual({ values: ['one'], damaged: undefined });
});
