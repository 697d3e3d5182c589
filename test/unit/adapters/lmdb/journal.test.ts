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

let digests: Digests;
let folder: string;

const open = (durability: Durability, number = 1) =>
  Journal.open(folder, number, { onFailure: () => undefined, pressure: () => undefined, durability, digests });

const change = (value: string): Change => ['queues', ['orders'], value];

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
      for (const step of steps) {
        if (step === 'retire') {
          const [oldest] = complete;
          if (oldest) await journal.retire(oldest);
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
        const { segments, damaged } = await replay(folder, digests);
        expect(damaged).toBeUndefined();
        expect(segments.flat().map(([, , value]) => value)).toEqual([
          ...complete.flatMap(({ changes }) => changes.map(([, , value]) => value)),
          ...current,
        ]);
      }
      await journal.close();
    }),
    { numRuns: 150 },
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
  expect((await replay(folder, digests)).segments).toEqual([[change('three')]]);
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
  expect((await replay(folder, digests)).segments).toEqual([[change('one')]]);
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
  expect(await replay(folder, digests)).toEqual({ segments: [[change('one')], []] });
  await journal.write([change('three')]);
  expect(await replay(folder, digests)).toEqual({ segments: [[change('one')], []], damaged: first });
  await journal.close();
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
  expect(await replay(folder, digests)).toEqual({ segments: [[change('one')], [change('two')]] });
  await journal.close();
});
