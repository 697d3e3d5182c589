import fc from 'fast-check';
import { RecentLog } from '../../../../adapters/dynamodb/recentLog';
import { memoryStores } from '../../../../adapters/memory';
import type { LogEntry } from '../../../../broker/model/message';
import type { ClientId, EventName, JsonText, QueueName, Seq } from '../../../../broker/model/names';
import type { Draft } from '../../../../broker/ports';

const QUEUE = 'Database Events' as QueueName;
const NOW = 1_000_000;
const HOUR = 3_600_000;

const draft = (payload = '1'): Draft => ({
  id: 'chosen by the server',
  idempotent: false,
  event: 'add' as EventName,
  payload: payload as JsonText,
  headers: '{}' as JsonText,
  publisher: 'shop' as ClientId,
});

/** A log that is remembered, and what is read of the one below. */
function open() {
  let dies = false;
  const { log } = memoryStores({
    betweenAppendSteps: async () => {
      if (dies) throw new Error('died');
    },
  });
  const reads: { queue: QueueName; from: Seq; limit: number }[] = [];
  const recent = new RecentLog({
    append: (...args) => log.append(...args),
    get: (...args) => log.get(...args),
    fill: (...args) => log.fill(...args),
    read: (queue, from, limit, now) => {
      reads.push({ queue, from, limit });
      return log.read(queue, from, limit, now);
    },
  });
  const publish = (count: number, { queue = QUEUE, at = NOW, lasts = HOUR, payload = '1' } = {}) => {
    const drafts = Array.from({ length: count }, () => draft(payload));
    return log.append(queue, drafts, at, at + lasts);
  };
  /** Takes a number and writes nothing at it. */
  const die = async (at = NOW) => {
    dies = true;
    await expect(log.append(QUEUE, [draft()], at, at + HOUR)).rejects.toThrow('died');
    dies = false;
  };
  const fill = (seq: Seq) =>
    log.fill(QUEUE, { seq, tombstone: true, publishedAt: NOW, expiresAt: NOW + HOUR, previousUntil: NOW });
  const read = (from: Seq, limit: number, now = NOW, queue = QUEUE) => recent.read(queue, from, limit, now);
  return { log, reads, publish, die, fill, read };
}

const seqs = (entries: readonly LogEntry[]) => entries.map(({ seq }) => seq);

describe('a log whose newest part is remembered', () => {
  it('is read on from where it is known', async () => {
    const { publish, read, reads } = open();
    await publish(3);
    await read(1, 100);
    await publish(1);
    expect(seqs(await read(2, 100))).toEqual([2, 3, 4]);
    expect(seqs(await read(2, 2))).toEqual([2, 3]);
    expect(reads.map(({ from }) => from)).toEqual([1, 4]);
  });

  it('is read anew where a number was missing, which may be written meanwhile', async () => {
    const { publish, die, fill, read, reads } = open();
    await publish(2);
    await die();
    await publish(1);
    expect(seqs(await read(1, 100))).toEqual([1, 2, 4]);
    await fill(3);
    expect(seqs(await read(1, 100))).toEqual([1, 2, 3, 4]);
    expect(reads.map(({ from }) => from)).toEqual([1, 3]);
  });

  it('leaves out what has expired since', async () => {
    const { publish, read } = open();
    await publish(1, { lasts: 10 });
    await publish(1);
    expect(seqs(await read(1, 100))).toEqual([1, 2]);
    expect(seqs(await read(1, 100, NOW + 10))).toEqual([2]);
  });

  it('is known backwards too, as far as that is asked for', async () => {
    const { publish, read, reads } = open();
    await publish(10);
    await read(6, 100);
    await read(3, 100);
    reads.length = 0;
    expect(seqs(await read(4, 100))).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(reads.map(({ from }) => from)).toEqual([11]);
  });

  it('is not forgotten for who reads something old', async () => {
    const { publish, read, reads } = open();
    await publish(500);
    await read(450, 100);
    await read(1, 100);
    await read(460, 100);
    expect(reads.map(({ from }) => from)).toEqual([450, 1, 501]);
  });

  it('is forgotten when it was not read for a minute', async () => {
    const { publish, read, reads } = open();
    await publish(3);
    await read(1, 100);
    await read(1, 100, NOW + 59_999);
    await read(1, 100, NOW + 119_999);
    expect(reads.map(({ from }) => from)).toEqual([1, 4, 1]);
  });

  it('is remembered as far back as 200 entries, and 8 million characters of all queues together', async () => {
    const { publish, read, reads } = open();
    await publish(300);
    await read(1, 300);
    await read(101, 300);
    await read(100, 300);
    expect(reads.map(({ from }) => from)).toEqual([1, 301, 100]);
    const queues = Array.from({ length: 3 }, (_, n) => `queue ${n}` as QueueName);
    for (const queue of queues) await publish(100, { queue, payload: 'x'.repeat(30_000) });
    for (const queue of queues) await read(1, 300, NOW, queue);
    reads.length = 0;
    for (const queue of queues.toReversed()) await read(1, 300, NOW, queue);
    expect(reads.map(({ from }) => from)).toEqual([101, 101, 1]);
  });

  it('tells the same as the log itself, whatever happens to it', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('die' as const) }),
      fc.record({ kind: fc.constant('fill' as const), seq: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 59_000, HOUR / 2) }),
      fc.record({
        kind: fc.constant('read' as const),
        from: fc.integer({ min: 1, max: 60 }),
        limit: fc.integer({ min: 1, max: 30 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { log, publish, die, fill, read } = open();
        let now = NOW;
        for (const one of steps) {
          if (one.kind === 'publish') await publish(one.count, { at: now });
          if (one.kind === 'die') await die(now);
          if (one.kind === 'fill') await fill(one.seq);
          if (one.kind === 'pass') now += one.ms;
          if (one.kind === 'read')
            expect(await read(one.from, one.limit, now)).toEqual(await log.read(QUEUE, one.from, one.limit, now));
        }
      }),
    );
  });
});
