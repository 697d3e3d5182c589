import { advance } from '../../../broker/decide/advance';
import { HOLES_IN_A_ROW, PUBLISHER_LIFETIME_MS } from '../../../broker/model/limits';
import { flight, message, NOW, RETENTION, reading, SECOND, settings, short, subscription, tombstone } from './samples';

/** What stands before the cursor. */
const BEFORE = { publishedAt: NOW, expiresAt: NOW + RETENTION };

describe('a number that is not written yet', () => {
  const beyond = [message(1), message(3, { publishedAt: NOW }), message(4)];

  it('stops the cursor, and is looked for again when its publisher cannot live any more', () => {
    const step = advance(subscription(), reading(beyond, { more: true }), NOW + 1, 0);
    expect(short(step.fresh?.deliveries)).toEqual(['1:1']);
    expect(step.subscription.next).toBe(2);
    expect(step.holes).toEqual([]);
    expect(step.wakeAt).toBe(NOW + PUBLISHER_LIFETIME_MS);
    expect(step.more).toBe(false);
  });

  it('is no hole a moment before that', () => {
    const step = advance(subscription(), reading(beyond), NOW + PUBLISHER_LIFETIME_MS - 1, 0);
    expect(step.holes).toEqual([]);
  });

  it('is a hole from then on, to be filled by a tombstone that lives as long as the message after it', () => {
    const step = advance(subscription(), reading(beyond), NOW + PUBLISHER_LIFETIME_MS, 0);
    expect(step.holes).toMatchObject([{ seq: 2, tombstone: true, publishedAt: NOW, expiresAt: NOW + RETENTION }]);
    expect(step.subscription.next).toBe(2);
  });

  it('may be several in a row', () => {
    const step = advance(
      subscription({ next: 5 }),
      reading([message(9)], { before: BEFORE }),
      NOW + PUBLISHER_LIFETIME_MS,
      0,
    );
    expect(step.holes.map(({ seq }) => seq)).toEqual([5, 6, 7, 8]);
    expect(step.subscription.next).toBe(5);
  });

  it('that gets no tombstone may be written for twice as long: by who took it just before the one after it was', () => {
    const before = { publishedAt: NOW - RETENTION, expiresAt: NOW };
    const at = (now: number) => advance(subscription({ next: 5 }), reading([message(9)], { before }), now, 0);
    const early = at(NOW + 2 * PUBLISHER_LIFETIME_MS - 1);
    expect(early).toMatchObject({ holes: [], wakeAt: NOW + 2 * PUBLISHER_LIFETIME_MS });
    expect(at(NOW + 2 * PUBLISHER_LIFETIME_MS).holes).toMatchObject([{ seq: 8, previousUntil: 0 }]);
  });

  it('does not hide, once it is filled, what retention took before it', () => {
    const later = NOW + RETENTION / 2;
    const after = message(4, { publishedAt: later + SECOND, previousUntil: later + RETENTION });
    const { holes } = advance(subscription(), reading([after]), NOW + RETENTION, 0);
    const filled = holes.filter(({ seq }) => seq === 3);
    const step = advance(subscription(), reading([...filled, after]), NOW + RETENTION, 0);
    expect(step.gaps).toEqual([{ from: 1, to: 2 }]);
    expect(short(step.fresh?.deliveries)).toEqual(['4:1']);
  });

  it('is still one where those after it were filled before it', () => {
    const later = NOW + PUBLISHER_LIFETIME_MS;
    const { holes } = advance(subscription({ next: 5 }), reading([message(9)], { before: BEFORE }), later, 0);
    const some = reading([...holes.slice(1), message(9)], { before: BEFORE });
    const step = advance(subscription({ next: 5 }), some, later, 0);
    expect(step).toMatchObject({ gaps: [], holes: [{ seq: 5 }], subscription: { next: 5 } });
  });

  it('comes after a billion that are missing too, where the counter was moved on: the last are filled, a gap told', () => {
    const far = 1_000_000_000;
    const now = NOW + 2 * PUBLISHER_LIFETIME_MS;
    const { holes } = advance(subscription({ next: 5 }), reading([message(far)], { before: BEFORE }), now, 0);
    const filled = reading([...holes, message(far)], { before: BEFORE });
    const step = advance(subscription({ next: 5 }), filled, now, 0);
    expect(step).toMatchObject({ gaps: [{ from: 5, to: far - HOLES_IN_A_ROW - 1 }], holes: [] });
    expect(short(step.fresh?.deliveries)).toEqual([`${far}:1`]);
  });

  it.each([
    [HOLES_IN_A_ROW, 1],
    [HOLES_IN_A_ROW + 1, 2],
  ])('is one of %i that are missing, for %i publisher lifetimes', (count, lifetimes) => {
    const now = NOW + lifetimes * PUBLISHER_LIFETIME_MS;
    const { holes } = advance(subscription({ next: 5 }), reading([message(5 + count)], { before: BEFORE }), now, 0);
    expect(holes).toHaveLength(HOLES_IN_A_ROW);
    expect(holes.at(-1)?.seq).toBe(4 + count);
  });

  it('is passed once it is filled', () => {
    const step = advance(subscription(), reading([message(1), tombstone(2), message(3)]), NOW, 0);
    expect(short(step.fresh?.deliveries)).toEqual(['1:1', '3:1']);
  });

  it('at the end of the log is waited for without a timer: its publisher rings, or the next one does', () => {
    const tail = { head: 1, headUntil: NOW + RETENTION };
    const step = advance(subscription(), reading([], { tail }), NOW + 3600 * SECOND, 0);
    expect(step).toMatchObject({ gaps: [], holes: [], subscription: { next: 1 } });
    expect(step.wakeAt).toBeUndefined();
  });
});

describe('what retention took', () => {
  const kept = message(6, { publishedAt: NOW + SECOND, previousUntil: NOW + RETENTION });

  it('is a gap of exactly what is gone, and the messages after it follow', () => {
    const step = advance(subscription({ next: 3 }), reading([kept]), NOW + RETENTION, 0);
    expect(step.gaps).toEqual([{ from: 3, to: 5 }]);
    expect(short(step.fresh?.deliveries)).toEqual(['6:1']);
    expect(step.fresh).toMatchObject({ from: 3, next: 7 });
    expect(step.holes).toEqual([]);
  });

  it('is none a moment before: then the number before was never written', () => {
    const step = advance(subscription({ next: 3 }), reading([kept], { before: BEFORE }), NOW + RETENTION - 1, 0);
    expect(step.gaps).toEqual([]);
    expect(step.holes.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  });

  it('is told by the retention that it was published with, whatever that of the next is', () => {
    const longer = message(6, { publishedAt: NOW, previousUntil: NOW + SECOND, expiresAt: NOW + RETENTION });
    const step = advance(subscription({ next: 3 }), reading([longer], { before: BEFORE }), NOW + SECOND, 0);
    expect(step).toMatchObject({ gaps: [{ from: 3, to: 5 }], holes: [] });
    const shorter = message(6, { publishedAt: NOW, previousUntil: NOW + RETENTION, expiresAt: NOW + 60 * SECOND });
    const later = advance(subscription({ next: 3 }), reading([shorter], { before: BEFORE }), NOW + 59 * SECOND, 0);
    expect(later.gaps).toEqual([]);
    expect(later.holes.map(({ seq }) => seq)).toEqual([3, 4, 5]);
  });

  it('is passed although the window is full', () => {
    const full = subscription({ ...settings({ maxInFlight: 1 }), next: 3, inFlight: [flight(2, { dueAt: Infinity })] });
    const step = advance(full, reading([kept]), NOW + RETENTION, 0);
    expect(step.gaps).toEqual([{ from: 3, to: 5 }]);
    expect(step.subscription).toMatchObject({ next: 6, covered: 3 });
  });

  it('is told in one gap up to the head where nothing is kept after it', () => {
    const tail = { head: 9, headUntil: NOW + RETENTION };
    const gone = advance(subscription({ next: 3 }), reading([], { tail }), NOW + RETENTION, 0);
    expect(gone.gaps).toEqual([{ from: 3, to: 9 }]);
    expect(gone.subscription).toMatchObject({ next: 10, covered: 3 });
    expect(gone.fresh).toBeUndefined();
    expect(advance(subscription({ next: 3 }), reading([], { tail }), NOW + RETENTION - 1, 0).gaps).toEqual([]);
    expect(advance(subscription({ next: 10 }), reading([], { tail }), NOW + RETENTION, 0).gaps).toEqual([]);
  });

  it('is one gap with what is gone of what was in flight before it', () => {
    const due = new Map([[2, undefined]]);
    const some = subscription({ next: 3, inFlight: [flight(2)] });
    const step = advance(some, reading([kept], { due }), NOW + RETENTION, 0);
    expect(step.gaps).toEqual([{ from: 2, to: 5 }]);
  });

  it('is not one with what is gone elsewhere', () => {
    const due = new Map([[1, undefined]]);
    const some = subscription({ next: 3, inFlight: [flight(1), flight(2)] });
    const step = advance(some, reading([kept], { due }), NOW + RETENTION, 0);
    expect(step.gaps).toEqual([
      { from: 1, to: 1 },
      { from: 3, to: 5 },
    ]);
  });
});
