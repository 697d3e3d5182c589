import type { JsonText, QueueName } from '../../../broker/model/names';
import { type DeadLetterOwner, InvalidCursor } from '../../../broker/ports';
import {
  BIG,
  clientId,
  deadLetter,
  everyPage,
  FOREIGN_CURSORS,
  LATER,
  message,
  NOW,
  ODD,
  pageOf,
  queueName,
} from './samples';
import { type MakeStores, opened } from './stores';

const ownerOf = (more: Partial<DeadLetterOwner> = {}): DeadLetterOwner => ({
  queue: queueName(),
  client: clientId(),
  ...more,
});

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const seqs = (letters: readonly { message: { seq: number } }[]) => letters.map((letter) => letter.message.seq);

/** What {@link DeadLetterStore} promises. */
export function describeDeadLetterStore(name: string, makeStores: MakeStores): void {
  describe(`the dead letters in ${name}`, () => {
    const stores = opened(makeStores);
    const store = () => stores().deadLetters;
    const listAll = (owner: DeadLetterOwner, now = NOW, limit = 4) =>
      everyPage(limit, (cursor) => store().list(owner, pageOf(limit, cursor), now));

    it('gives back everything of a letter, also when its message has left the log', async () => {
      const owner = ownerOf();
      const letter = deadLetter(BIG, {
        message: message(BIG, { expiresAt: NOW - 1, previousUntil: NOW - 9, publishedAt: NOW - 8 }),
        reason: 'db "down" \\ 😀',
        attempts: 0,
        diedAt: NOW + 3,
      });
      await store().put(owner, letter);
      expect(await store().get(owner, [BIG], NOW)).toEqual([letter]);
      expect((await store().list(owner, { limit: 1 }, NOW)).items).toEqual([letter]);
    });

    it('takes an empty reason', async () => {
      const owner = ownerOf();
      const letter = deadLetter(1, { reason: '' });
      await store().put(owner, letter);
      expect(await store().get(owner, [1], NOW)).toEqual([letter]);
    });

    it('gets those at the numbers that exist', async () => {
      const owner = ownerOf();
      for (const seq of [1, 3, 200]) await store().put(owner, deadLetter(seq));
      expect(seqs(await store().get(owner, upTo(250), NOW)).sort((a, b) => a - b)).toEqual([1, 3, 200]);
      expect(await store().get(owner, [], NOW)).toEqual([]);
      expect(await store().get(ownerOf(), [1], NOW)).toEqual([]);
    });

    it('stores a letter over one with the same seq', async () => {
      const owner = ownerOf();
      await store().put(owner, deadLetter(1, { reason: 'first' }));
      await store().put(owner, deadLetter(1, { reason: 'again' }));
      expect(await store().get(owner, [1], NOW)).toEqual([deadLetter(1, { reason: 'again' })]);
      expect(await store().count(owner, NOW)).toBe(1);
    });

    it('lists ascending by seq, page by page, and counts what it lists', async () => {
      const owner = ownerOf();
      const order = [9, BIG, 10, 1, 2 ** 31, 100, 2, 3, 4];
      for (const seq of order) await store().put(owner, deadLetter(seq));
      expect(seqs(await listAll(owner))).toEqual([...order].sort((a, b) => a - b));
      expect(await store().count(owner, NOW)).toBe(order.length);
      expect((await store().list(ownerOf(), { limit: 10 }, NOW)).items).toEqual([]);
      expect(await store().count(ownerOf(), NOW)).toBe(0);
    });

    it('never returns what is expired, to the millisecond', async () => {
      const owner = ownerOf();
      await store().put(owner, deadLetter(1, { expiresAt: NOW + 1_001 }));
      await store().put(owner, deadLetter(2));
      expect(seqs(await listAll(owner, NOW + 1_000))).toEqual([1, 2]);
      expect(seqs(await listAll(owner, NOW + 1_001))).toEqual([2]);
      expect(await store().count(owner, NOW + 1_001)).toBe(1);
      expect(seqs(await store().get(owner, [1, 2], NOW + 1_001))).toEqual([2]);
      expect(await store().get(owner, [1, 2], LATER)).toEqual([]);
    });

    it('drops those at the numbers, however often it is asked to', async () => {
      const owner = ownerOf();
      for (const seq of upTo(60)) await store().put(owner, deadLetter(seq));
      await store().remove(owner, upTo(58));
      await store().remove(owner, [...upTo(58), 99]);
      await store().remove(owner, []);
      expect(seqs(await listAll(owner))).toEqual([59, 60]);
    });

    it('lists and counts large letters to the last', async () => {
      const owner = ownerOf();
      const payload = JSON.stringify('x'.repeat(29_000)) as JsonText;
      await Promise.all(
        upTo(50).map((seq) => store().put(owner, deadLetter(seq, { message: message(seq, { payload }) }))),
      );
      expect(seqs(await listAll(owner, NOW, 100))).toEqual(upTo(50));
      expect(await store().count(owner, NOW)).toBe(50);
      expect(seqs(await store().get(owner, upTo(50), NOW)).sort((a, b) => a - b)).toEqual(upTo(50));
    }, 20_000);

    it('tells owners apart whatever the queue is called', async () => {
      const client = clientId();
      const base = queueName();
      const owners = ['', ...ODD].flatMap((odd) =>
        [`${base}${odd}`, `${odd}${base}`].map((queue) => ({ client, queue: queue as QueueName })),
      );
      for (const [i, owner] of owners.entries()) await store().put(owner, deadLetter(i + 1));
      const last = new Map(owners.map(({ queue }, i) => [queue, i + 1]));
      for (const owner of owners) expect(seqs(await listAll(owner))).toContain(last.get(owner.queue));
      for (const owner of owners.slice(2)) expect(await store().count(owner, NOW)).toBe(1);
    });

    it('refuses cursors that it did not make', async () => {
      for (const cursor of FOREIGN_CURSORS) {
        await expect(store().list(ownerOf(), { limit: 10, cursor }, NOW)).rejects.toBeInstanceOf(InvalidCursor);
      }
    });
  });
}
