import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { open as openStore } from 'lmdb';
import { CorruptStore, type LmdbStores, openLmdb } from '../../adapters/lmdb';
import { segmentNumbers } from '../../adapters/lmdb/segments';
import type { JsonText, QueueName } from '../../broker/model/names';
import { chosen, draft, NOW } from './suites/samples';

const QUEUE = 'Database Events' as QueueName;
const RETENTION = 1_000;
/** More of them than a segment of the journal holds: with them, what was written before goes to LMDB. */
const BULK = Array.from({ length: 90 }, (_, index) =>
  draft(`bulk ${index}`, { payload: JSON.stringify('x'.repeat(29_000)) as JsonText }),
);

type Step =
  | { readonly do: 'publish'; readonly ids: readonly string[] }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'store' | 'reopen' | 'sweep' };

/**
 * From few enough that some are repeated; those of LMDB's keys and of JavaScript's strings are not always in one order.
 */
const id = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }).map((number) => `id ${String(number).padStart(3, '0')}`) },
  { weight: 1, arbitrary: fc.constantFrom('é', '😀', '\uffee', '\u0001', '\u{10ffff}', '~~', ' ', 'id', 'id 0300') },
);
/** As clients make them: in the order of time. */
const ascending = fc
  .uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 80 })
  .map((numbers) => numbers.sort((a, b) => a - b).map((number) => `id ${String(number).padStart(3, '0')}`));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), ids: ascending }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('publish' as const), ids: fc.array(id, { minLength: 1, maxLength: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('store' as const, 'reopen' as const, 'sweep' as const) }) },
);

let folder: string;
let stores: LmdbStores;

const open = () => openLmdb(folder, { durability: 'os' });

async function reopen(): Promise<void> {
  await stores.close();
  stores = await open();
}

/** Has what was written in LMDB: a segment of the journal that is full goes there with the next write. */
async function store(now: number): Promise<void> {
  await stores.log.append(QUEUE, BULK, now, now + RETENTION);
  await stores.check();
  while ((await segmentNumbers(join(folder, 'journal'))).length > 1) await nextTurn();
}

const publish = (now: number, ...ids: readonly string[]) =>
  stores.log.append(
    QUEUE,
    ids.map((id) => chosen(id)),
    now,
    now + RETENTION,
  );

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-ids-'));
  stores = await open();
});

afterEach(async () => {
  await stores.close();
  await rm(folder, { recursive: true });
});

test('An id stands for one message as long as that is retained, in whatever order ids come and wherever they are kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30, size: 'max' }), async (steps) => {
      await stores.close();
      await rm(folder, { recursive: true });
      stores = await open();
      const known = new Map<string, { seq: number; expiresAt: number }>();
      let now = NOW;
      let head = 0;
      for (const step of steps) {
        if (step.do === 'wait') now += step.ms;
        if (step.do === 'sweep') await stores.sweep(now);
        if (step.do === 'reopen') await reopen();
        if (step.do === 'store') {
          await store(now);
          head += BULK.length;
        }
        if (step.do !== 'publish') continue;
        const expected = step.ids.map((id) => {
          const before = known.get(id);
          if (before && before.expiresAt > now) return { seq: before.seq, id, duplicate: true };
          head += 1;
          known.set(id, { seq: head, expiresAt: now + RETENTION });
          return { seq: head, id, duplicate: false };
        });
        expect(await publish(now, ...step.ids)).toEqual(expected);
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('An id that was published again after its message expired is known when the former one was swept', async () => {
  await publish(NOW, 'a', 'b');
  // Both ways in which ids are found: b again is below what came before it, and has a marker of its own.
  const later = NOW + RETENTION;
  await reopen();
  expect(await publish(later, 'b', 'a')).toMatchObject([{ duplicate: false }, { duplicate: false }]);
  await reopen();
  await stores.sweep(later);
  await reopen();
  expect(await publish(later, 'a', 'b')).toMatchObject([
    { seq: 4, duplicate: true },
    { seq: 3, duplicate: true },
  ]);
  await reopen();
  const latest = later + RETENTION;
  await publish(latest, 'b');
  await reopen();
  await stores.sweep(latest);
  expect(await publish(latest, 'b')).toMatchObject([{ seq: 5, duplicate: true }]);
});

test('An id that was published again after its message expired is known when both came to LMDB together', async () => {
  await publish(NOW, 'a');
  const later = NOW + RETENTION;
  await publish(later, 'a');
  await reopen();
  expect(await publish(later, 'a')).toMatchObject([{ seq: 2, duplicate: true }]);
});

// U+FFEE is below the face as a character, and above it as UTF-16.
test.each([
  ['\uffee', '😀'],
  ['😀', '\uffee'],
])('An id is known whichever of LMDB’s keys and JavaScript’s strings has it last (%j, %j)', async (one, other) => {
  await publish(NOW, one, other);
  await reopen();
  expect(await publish(NOW, one, other)).toMatchObject([
    { seq: 1, duplicate: true },
    { seq: 2, duplicate: true },
  ]);
});

test('An id is known after a crash, when its message is only in the journal', async () => {
  await publish(NOW, 'b', 'c', 'a');
  const crashed = `${folder}-crashed`;
  await cp(folder, crashed, { recursive: true });
  const survivor = await openLmdb(crashed);
  try {
    expect(
      await survivor.log.append(
        QUEUE,
        ['a', 'b', 'c'].map((id) => chosen(id)),
        NOW,
        NOW + RETENTION,
      ),
    ).toEqual([
      { seq: 3, id: 'a', duplicate: true },
      { seq: 1, id: 'b', duplicate: true },
      { seq: 2, id: 'c', duplicate: true },
    ]);
  } finally {
    await survivor.close();
    await rm(crashed, { recursive: true });
  }
});

describe('what leads to a message by its id, and has changed on the disk,', () => {
  const damage = async (table: string, key: string, value: string) => {
    await stores.close();
    const root = openStore({ path: join(folder, 'store') });
    const found = root.openDB<string, string[]>({ name: table, encoding: 'string' });
    expect(found.get([QUEUE, key])).toBeDefined();
    await found.put([QUEUE, key], value);
    await root.close();
    stores = await open();
  };

  beforeEach(async () => {
    await publish(NOW, 'b', 'c', 'a');
  });

  test.each(['1', '2', '4', 'x'])('is told and not followed (the number of one id, %j)', async (value) => {
    await reopen();
    await damage('markers', 'a', value);
    await expect(publish(NOW, 'a')).rejects.toBeInstanceOf(CorruptStore);
    // Who is in the same place undamaged is found all the same.
    expect(await publish(NOW, 'b')).toMatchObject([{ seq: 1, duplicate: true }]);
  });

  test('is told and not followed (a range of ids)', async () => {
    await reopen();
    await damage('ranges', 'b', '1 b');
    await expect(publish(NOW, 'c')).rejects.toBeInstanceOf(CorruptStore);
  });
});
