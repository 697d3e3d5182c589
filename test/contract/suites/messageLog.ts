import { ulid } from 'ulid';
import { isTombstone, type LogEntry, type Tombstone } from '../../../broker/model/message';
import type { ClientId, JsonText, QueueName } from '../../../broker/model/names';
import type { MessageLog } from '../../../broker/ports';
import { BIG, chosen, draft, drafts, event, LATER, NOW, ODD, queueName } from './samples';
import { type MakeStores, opened } from './stores';

const tombstone = (seq: number, more: Partial<Tombstone> = {}): Tombstone => ({
  seq,
  tombstone: true,
  publishedAt: NOW,
  expiresAt: LATER,
  previousUntil: NOW,
  ...more,
});

/** Reads on until nothing more comes, as readers do. */
async function readAll(log: MessageLog, queue: QueueName, now = NOW, from = 1, limit = 100): Promise<LogEntry[]> {
  const found: LogEntry[] = [];
  for (let next = from; ; ) {
    const entries = await log.read(queue, next, limit, now);
    const last = entries.at(-1);
    if (last === undefined) return found;
    expect(entries.length).toBeLessThanOrEqual(limit);
    found.push(...entries);
    next = last.seq + 1;
  }
}

const seqs = (entries: readonly { seq: number }[]) => entries.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

/** What {@link MessageLog} promises. */
export function describeMessageLog(name: string, makeStores: MakeStores): void {
  describe(`the message log in ${name}`, () => {
    const stores = opened(makeStores);
    const log = () => stores().log;

    describe('append', () => {
      it('numbers messages from 1, without gaps, in the order of the drafts', async () => {
        const queue = queueName();
        const first = await log().append(queue, [draft('a')], NOW, LATER);
        const more = await log().append(queue, [draft('b'), draft('c')], NOW, LATER);
        expect([...first, ...more]).toEqual([
          { seq: 1, id: 'a', duplicate: false },
          { seq: 2, id: 'b', duplicate: false },
          { seq: 3, id: 'c', duplicate: false },
        ]);
      });

      it('keeps everything of a message as it was given', async () => {
        const queue = queueName();
        const given = draft('id \u{1f600} "\\', {
          event: event('änder\u2028ung "#1"'),
          payload: '{"text":"\\u0000 😀 \\" \\\\","n":[1.50,1e400,null]}' as JsonText,
          headers: '{"traceparent":"00-ab","":""}' as JsonText,
          publisher: 'a.b_c:d@e-f' as ClientId,
        });
        await log().append(queue, [given], NOW, LATER);
        const { idempotent: _, ...content } = given;
        const whole = { ...content, seq: 1, publishedAt: NOW, expiresAt: LATER, previousUntil: 0 };
        expect(await log().read(queue, 1, 10, NOW)).toMatchObject([whole]);
      });

      it('gives 50 appends at once different numbers without gaps', async () => {
        const queue = queueName();
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, i) => log().append(queue, [draft(`id ${i}`)], NOW, LATER)),
        );
        expect(seqs(answers.flat()).sort((a, b) => a - b)).toEqual(upTo(50));
        const entries = await readAll(log(), queue);
        expect(seqs(entries)).toEqual(upTo(50));
        const at = new Map(entries.map((entry) => [entry.seq, 'id' in entry && entry.id]));
        for (const { seq, id } of answers.flat()) expect(at.get(seq)).toBe(id);
      });

      it('keeps a batch together although others append at the same time', async () => {
        const queue = queueName();
        const answers = await Promise.all(Array.from({ length: 10 }, () => log().append(queue, drafts(7), NOW, LATER)));
        for (const batch of answers) {
          const start = batch[0]?.seq ?? 0;
          expect(seqs(batch)).toEqual(upTo(7).map((i) => start - 1 + i));
        }
      });

      it('notes with each message until when the number before it is retained', async () => {
        const queue = queueName();
        await log().append(queue, drafts(2), NOW, LATER);
        await log().append(queue, drafts(1), NOW + 5, LATER + 5);
        await log().append(queue, drafts(1), NOW + 9, LATER);
        expect((await log().read(queue, 1, 10, NOW + 9)).map(({ previousUntil }) => previousUntil)).toEqual([
          0,
          LATER,
          LATER,
          LATER + 5,
        ]);
      });

      it('moves the head of its queue, which comes into being by it', async () => {
        const queue = queueName();
        await log().append(queue, drafts(3), NOW, LATER);
        await log().append(queue, drafts(2), NOW + 7, LATER + 7);
        expect(await stores().queues.get(queue)).toMatchObject({ head: 5, headUntil: LATER + 7, createdAt: NOW });
      });

      it('reads a batch of 100 messages with the largest payloads to the last, page by page', async () => {
        const queue = queueName();
        const payload = JSON.stringify('x'.repeat(29_000)) as JsonText;
        await log().append(queue, drafts(100, { payload }), NOW, LATER);
        const entries = await readAll(log(), queue);
        expect(seqs(entries)).toEqual(upTo(100));
        expect(entries.every((entry) => 'payload' in entry && entry.payload === payload)).toBe(true);
        expect(seqs(await log().get(queue, upTo(100), NOW))).toEqual(upTo(100));
      }, 20_000);
    });

    describe('append with ids that the publisher chose', () => {
      it('answers a repeated publish with the first seq and stores nothing', async () => {
        const queue = queueName();
        await log().append(queue, [chosen('a'), draft('b')], NOW, LATER);
        const again = await log().append(queue, [chosen('a', { payload: '"other"' as JsonText })], NOW + 1, LATER + 1);
        expect(again).toEqual([{ seq: 1, id: 'a', duplicate: true }]);
        expect((await stores().queues.get(queue))?.head).toBe(2);
        expect(await log().get(queue, [1], NOW)).toMatchObject([{ payload: chosen('a').payload }]);
      });

      it('answers the parts of a batch one by one, in their order', async () => {
        const queue = queueName();
        await log().append(queue, [chosen('a'), chosen('b')], NOW, LATER);
        const mixed = [chosen('c'), chosen('b'), draft('d'), chosen('a'), chosen('e')];
        expect(await log().append(queue, mixed, NOW, LATER)).toEqual([
          { seq: 3, id: 'c', duplicate: false },
          { seq: 2, id: 'b', duplicate: true },
          { seq: 4, id: 'd', duplicate: false },
          { seq: 1, id: 'a', duplicate: true },
          { seq: 5, id: 'e', duplicate: false },
        ]);
      });

      it('stores an id that is twice in a batch once', async () => {
        const queue = queueName();
        const answers = await log().append(queue, [chosen('a'), chosen('b'), chosen('a')], NOW, LATER);
        expect(answers).toEqual([
          { seq: 1, id: 'a', duplicate: false },
          { seq: 2, id: 'b', duplicate: false },
          { seq: 1, id: 'a', duplicate: true },
        ]);
        expect(seqs(await readAll(log(), queue))).toEqual([1, 2]);
      });

      it('stores an id that 20 publish at once in one message, whose seq all are answered', async () => {
        const queue = queueName();
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => log().append(queue, [chosen('same')], NOW, LATER)),
        );
        const answered = new Set(seqs(answers.flat()));
        expect(answered.size).toBe(1);
        expect(answers.flat().some(({ duplicate }) => !duplicate)).toBe(true);
        const entries = await readAll(log(), queue);
        expect(seqs(entries.filter((entry) => !isTombstone(entry)))).toEqual([...answered]);
        expect(seqs(entries)).toEqual(upTo((await stores().queues.get(queue))?.head ?? 0));
      });

      it('stores ids that overlapping batches publish at once each in one message, and leaves no number empty', async () => {
        const queue = queueName();
        const ids = upTo(8).map((i) => `id ${i}`);
        const answers = await Promise.all(
          upTo(6).map((i) =>
            log().append(
              queue,
              [...ids.slice(i), ...ids.slice(0, i)].map((id) => chosen(id)),
              NOW,
              LATER,
            ),
          ),
        );
        for (const id of ids) {
          expect(new Set(answers.flat().flatMap((one) => (one.id === id ? [one.seq] : []))).size).toBe(1);
        }
        const entries = await readAll(log(), queue);
        expect(entries.filter((entry) => !isTombstone(entry))).toHaveLength(8);
        expect(seqs(entries)).toEqual(upTo((await stores().queues.get(queue))?.head ?? 0));
      });

      it('takes an id again when the retention of its message has ended', async () => {
        const queue = queueName();
        await log().append(queue, [chosen('a')], NOW, NOW + 1_500);
        expect(await log().append(queue, [chosen('a')], NOW + 1_499, LATER)).toMatchObject([
          { seq: 1, duplicate: true },
        ]);
        expect(await log().append(queue, [chosen('a')], NOW + 1_500, LATER)).toMatchObject([
          { seq: 2, duplicate: false },
        ]);
        expect(await log().append(queue, [chosen('a')], NOW + 1_501, LATER)).toMatchObject([
          { seq: 2, duplicate: true },
        ]);
      });

      it('tells the ids of different queues apart', async () => {
        const one = queueName();
        const other = queueName();
        await log().append(one, [chosen('a')], NOW, LATER);
        expect(await log().append(other, [draft('x'), chosen('a')], NOW, LATER)).toMatchObject([
          { seq: 1 },
          { seq: 2, duplicate: false },
        ]);
      });

      it('tells apart ids that look alike', async () => {
        const queue = queueName();
        const ids = ['a', 'A', 'a ', '1', '01', '__proto__', 'constructor', ...ODD];
        const answers = await log().append(
          queue,
          ids.map((id) => chosen(id)),
          NOW,
          LATER,
        );
        expect(answers.every(({ duplicate }) => !duplicate)).toBe(true);
        const again = await log().append(
          queue,
          ids.map((id) => chosen(id)),
          NOW,
          LATER,
        );
        expect(again).toEqual(answers.map((answer) => ({ ...answer, duplicate: true })));
      });
    });

    describe('read', () => {
      it('finds nothing in a queue that does not exist, nor behind the head', async () => {
        const queue = queueName();
        expect(await log().read(queue, 1, 10, NOW)).toEqual([]);
        await log().append(queue, drafts(2), NOW, LATER);
        expect(await log().read(queue, 3, 10, NOW)).toEqual([]);
      });

      it('begins at the number asked for and gives no more than asked for', async () => {
        const queue = queueName();
        await log().append(queue, drafts(20), NOW, LATER);
        expect(seqs(await log().read(queue, 4, 5, NOW))).toEqual([4, 5, 6, 7, 8]);
        expect(seqs(await readAll(log(), queue, NOW, 1, 3))).toEqual(upTo(20));
      });

      it('gives as many as were asked for, however large they are', async () => {
        const queue = queueName();
        const large = { payload: JSON.stringify('x'.repeat(29_000)) as JsonText };
        const messages = Array.from({ length: 100 }, (_, i) => ({ ...draft(`id ${i}`), ...large }));
        await log().append(queue, messages, NOW, LATER);
        expect(seqs(await log().read(queue, 1, 90, NOW))).toEqual(upTo(90));
        expect(seqs(await log().read(queue, 41, 90, NOW))).toEqual(upTo(100).slice(40));
        expect(seqs(await log().get(queue, upTo(100), NOW))).toEqual(upTo(100));
      });

      it('gives as many as were asked for, also where some between them are expired', async () => {
        const queue = queueName();
        for (const until of [LATER, NOW + 1, LATER, NOW + 1]) await log().append(queue, drafts(3), NOW, until);
        expect(seqs(await log().read(queue, 2, 4, NOW + 1))).toEqual([2, 3, 7, 8]);
        expect(seqs(await log().read(queue, 2, 9, NOW + 1))).toEqual([2, 3, 7, 8, 9]);
      });

      it('leaves out what is expired, to the millisecond, and reads on behind it', async () => {
        const queue = queueName();
        await log().append(queue, drafts(30), NOW, NOW + 1_001);
        await log().append(queue, drafts(1), NOW, LATER);
        expect(seqs(await readAll(log(), queue, NOW + 1_000, 1, 5))).toEqual(upTo(31));
        expect(seqs(await log().read(queue, 1, 5, NOW + 1_001))).toEqual([31]);
        expect(await log().read(queue, 1, 5, LATER)).toEqual([]);
      });
    });

    describe('get', () => {
      it('gives the messages at the numbers, ascending, without those that are missing, expired or tombstones', async () => {
        const queue = queueName();
        await log().append(queue, drafts(2), NOW, NOW + 10);
        await log().append(queue, drafts(3), NOW, LATER);
        await log().fill(queue, tombstone(6));
        expect(seqs(await log().get(queue, [1, 3, 5, 6, 99], NOW))).toEqual([1, 3, 5]);
        expect(seqs(await log().get(queue, [1, 2, 3], NOW + 10))).toEqual([3]);
        expect(await log().get(queue, [], NOW)).toEqual([]);
        expect(await log().get(queueName(), [1], NOW)).toEqual([]);
      });

      it('takes any number of numbers', async () => {
        const queue = queueName();
        await log().append(queue, drafts(100), NOW, LATER);
        await log().append(queue, drafts(100), NOW, LATER);
        await log().append(queue, drafts(50), NOW, LATER);
        expect(seqs(await log().get(queue, upTo(1_000), NOW))).toEqual(upTo(250));
      });
    });

    describe('fill', () => {
      it('puts a tombstone where nothing is', async () => {
        const queue = queueName();
        expect(await log().fill(queue, tombstone(1))).toBe(true);
        expect(await log().fill(queue, tombstone(1, { publishedAt: NOW + 5 }))).toBe(false);
        expect(await log().read(queue, 1, 10, NOW)).toEqual([tombstone(1)]);
      });

      it('leaves a message alone', async () => {
        const queue = queueName();
        await log().append(queue, [draft('a')], NOW, LATER);
        expect(await log().fill(queue, tombstone(1))).toBe(false);
        expect(await log().read(queue, 1, 10, NOW)).toMatchObject([{ id: 'a' }]);
      });

      it('leaves alone what has expired and is not removed yet', async () => {
        const queue = queueName();
        await log().append(queue, [draft('a')], NOW, NOW + 5);
        expect(await log().read(queue, 1, 10, NOW + 5)).toEqual([]);
        expect(await log().fill(queue, tombstone(1, { publishedAt: NOW + 5 }))).toBe(false);
        expect(await log().read(queue, 1, 10, NOW + 5)).toEqual([]);
      });

      it('makes an append that comes too late take another number, in order', async () => {
        const queue = queueName();
        await log().append(queue, [draft('a')], NOW, LATER);
        await log().fill(queue, tombstone(2));
        await log().fill(queue, tombstone(3));
        const answers = await log().append(queue, [draft('b'), draft('c')], NOW, LATER);
        const entries = await readAll(log(), queue);
        for (const { seq, id } of answers) expect(entries.find((entry) => entry.seq === seq)).toMatchObject({ id });
        const [b, c] = seqs(answers);
        expect(b).toBeGreaterThan(3);
        expect(c).toBeGreaterThan(b ?? 0);
      });

      it('makes an append of a chosen id that comes too late take another number, which repeats are answered', async () => {
        const queue = queueName();
        await log().fill(queue, tombstone(1));
        const [answer] = await log().append(queue, [chosen('a')], NOW, LATER);
        expect(answer).toEqual({ seq: 2, id: 'a', duplicate: false });
        expect(await log().append(queue, [chosen('a')], NOW, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: true }]);
        expect(await log().read(queue, 2, 10, NOW)).toMatchObject([{ seq: 2, id: 'a' }]);
      });

      it('takes numbers of more than 32 bits, which are read in order', async () => {
        const queue = queueName();
        for (const seq of [BIG, 9, BIG + 1, 2 ** 31, 10, 2 ** 32]) await log().fill(queue, tombstone(seq));
        const ordered = [9, 10, 2 ** 31, 2 ** 32, BIG, BIG + 1];
        expect(seqs(await readAll(log(), queue))).toEqual(ordered);
        expect(seqs(await log().read(queue, BIG, 10, NOW))).toEqual([BIG, BIG + 1]);
      });
    });

    it('tells queues apart whatever they are called', async () => {
      const base = queueName();
      const queues = ['', ...ODD, `${ulid()}`].map((odd) => `${base}${odd}` as QueueName);
      for (const queue of queues) await log().append(queue, [chosen(`of ${queue}`)], NOW, LATER);
      for (const queue of queues) expect(await readAll(log(), queue)).toMatchObject([{ seq: 1, id: `of ${queue}` }]);
    });
  });
}
