import type { LogEntry } from '../../../broker/model/message';
import type { ClientId, EventName, JsonText, QueueName, Seq, Time } from '../../../broker/model/names';
import type { MessageLog } from '../../../broker/ports';
import { Stretches } from '../../../broker/usecases/stretches';

const QUEUE = 'Database Events' as QueueName;
const NOW = 1_000_000;
const HOUR = 3_600_000;

const entryOf = (seq: Seq, payload = '1', expiresAt: Time = NOW + HOUR): LogEntry => ({
  seq,
  id: String(seq),
  event: 'add' as EventName,
  payload: payload as JsonText,
  headers: '{}' as JsonText,
  publisher: 'shop' as ClientId,
  publishedAt: NOW,
  expiresAt,
  previousUntil: NOW,
});

const range = (from: Seq, to: Seq): Seq[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** A log that notes what is read of it. */
function logOf(entries: LogEntry[]) {
  const reads: { from: Seq; limit: number }[] = [];
  const failing = new Set<Seq>();
  const log: Pick<MessageLog, 'read'> = {
    read: async (_, from, limit, now) => {
      reads.push({ from, limit });
      const found = entries.filter(({ seq, expiresAt }) => seq >= from && expiresAt > now).slice(0, limit);
      await new Promise(setImmediate);
      if (found.some(({ seq }) => failing.has(seq))) throw new Error('could not be read');
      return found;
    },
  };
  return { log, reads, failing, entries };
}

/** @param wanted where others stand that are about to read. */
function open(entries: LogEntry[], wanted: readonly Seq[] = []) {
  const world = logOf(entries);
  const behind = (from: Seq, upTo: Seq, isKnown: (seq: Seq) => boolean) =>
    Math.min(upTo, ...wanted.filter((seq) => from <= seq && !isKnown(seq)));
  const stretches = new Stretches(world.log, QUEUE, behind);
  const read = async (from: Seq, limit: number, now: Time = NOW) => {
    const { entries: found, more } = await stretches.read(from, limit, now);
    return { seqs: found.map(({ seq }) => seq), more };
  };
  return { ...world, stretches, read };
}

const log = (to: Seq) => range(1, to).map((seq) => entryOf(seq));

describe('what was read of a log', () => {
  it('is read once for all who are at the same place at the same time', async () => {
    const { read, reads } = open(log(10));
    const all = await Promise.all([read(3, 100), read(3, 100), read(3, 100)]);
    expect(all).toEqual(Array.from(all, () => ({ seqs: range(3, 10), more: false })));
    expect(reads).toEqual([{ from: 3, limit: 100 }]);
  });

  it('serves those who are further on, at the same time or later', async () => {
    const { read, reads } = open(log(10));
    const [, later] = await Promise.all([read(3, 100), read(7, 100)]);
    expect(later).toEqual({ seqs: range(7, 10), more: false });
    expect(await read(9, 100)).toEqual({ seqs: [9, 10], more: false });
    expect(reads).toHaveLength(1);
  });

  it('tells those who are at its end, or after it, that there is no more', async () => {
    const { read, reads } = open(log(10));
    await read(1, 100);
    expect(await read(11, 100)).toEqual({ seqs: [], more: false });
    expect(await read(50, 1)).toEqual({ seqs: [], more: false });
    expect(reads).toHaveLength(1);
  });

  it('begins with those who are furthest behind, of those who are a page behind at most', async () => {
    const { read, reads } = open(log(1_000), [400, 650, 660, 700]);
    expect(await read(700, 100)).toEqual({ seqs: range(700, 799), more: true });
    expect(await read(660, 50)).toEqual({ seqs: range(660, 709), more: true });
    expect(reads).toEqual([{ from: 650, limit: 150 }]);
  });

  it('is read on for those who want more than is known, and only what is missing', async () => {
    const { read, reads } = open(log(300));
    await read(1, 100);
    expect(await read(51, 100)).toEqual({ seqs: range(51, 150), more: true });
    expect(await read(1, 250)).toEqual({ seqs: range(1, 250), more: true });
    expect(await read(251, 250)).toEqual({ seqs: range(251, 300), more: false });
    expect(reads).toEqual([
      { from: 1, limit: 100 },
      { from: 101, limit: 50 },
      { from: 151, limit: 100 },
      { from: 251, limit: 250 },
    ]);
  });

  it('may go on after its last entry, unless it is known that it does not', async () => {
    const { read, reads } = open(log(10));
    expect(await read(1, 10)).toEqual({ seqs: range(1, 10), more: true });
    expect(await read(1, 11)).toEqual({ seqs: range(1, 10), more: false });
    expect(reads).toHaveLength(2);
    const whole = open(log(10));
    await whole.read(1, 100);
    expect(await whole.read(3, 7)).toEqual({ seqs: range(3, 9), more: true });
    expect(await whole.read(3, 8)).toEqual({ seqs: range(3, 10), more: false });
    expect(whole.reads).toHaveLength(1);
  });

  it('goes on over numbers that are missing', async () => {
    const { read, reads } = open([1, 2, 90, 91, 300].map((seq) => entryOf(seq)));
    expect(await read(1, 4)).toEqual({ seqs: [1, 2, 90, 91], more: true });
    expect(await read(50, 2)).toEqual({ seqs: [90, 91], more: true });
    expect(await read(50, 3)).toEqual({ seqs: [90, 91, 300], more: true });
    expect(reads).toEqual([
      { from: 1, limit: 4 },
      { from: 92, limit: 1 },
    ]);
  });

  it('leaves out what has expired since', async () => {
    const { read, reads } = open([entryOf(1, '1', NOW + 10), entryOf(2, '1', NOW + 20), entryOf(3)]);
    expect(await read(1, 10)).toEqual({ seqs: [1, 2, 3], more: false });
    expect(await read(1, 10, NOW + 10)).toEqual({ seqs: [2, 3], more: false });
    expect(await read(2, 10, NOW + 20)).toEqual({ seqs: [3], more: false });
    expect(reads).toHaveLength(1);
  });

  it('is read anew once it was forgotten', async () => {
    const { read, entries, stretches } = open([entryOf(1), entryOf(3)]);
    expect((await read(1, 10)).seqs).toEqual([1, 3]);
    entries.splice(1, 0, entryOf(2));
    stretches.forget();
    expect((await read(1, 10)).seqs).toEqual([1, 2, 3]);
  });

  it('is forgotten also while it is being read', async () => {
    const { read, entries, stretches } = open([entryOf(1), entryOf(3)]);
    const before = read(1, 10);
    entries.splice(1, 0, entryOf(2));
    stretches.forget();
    expect((await read(1, 10)).seqs).toEqual([1, 2, 3]);
    expect((await before).seqs).toEqual([1, 3]);
    expect((await read(2, 10)).seqs).toEqual([2, 3]);
  });

  it('fails for those who asked for it, and costs those who come later nothing', async () => {
    const { read, failing } = open(log(10));
    failing.add(3);
    const [first, same, further] = await Promise.allSettled([read(1, 100), read(1, 100), read(5, 100)]);
    expect([first.status, same.status]).toEqual(['rejected', 'rejected']);
    expect(further).toEqual({ status: 'fulfilled', value: { seqs: range(5, 10), more: false } });
    failing.clear();
    expect((await read(1, 100)).seqs).toEqual(range(1, 10));
  });

  it('is not held beyond a bound: what was read first is forgotten first', async () => {
    const large = 'x'.repeat(30_000);
    const { read, reads } = open(range(1, 2_000).map((seq) => entryOf(seq, large)));
    for (let from = 1; from <= 1_001; from += 100) await read(from, 100);
    reads.length = 0;
    await read(1_001, 100);
    expect(reads).toEqual([]);
    await read(1, 100);
    expect(reads).toEqual([{ from: 1, limit: 100 }]);
  });
});
