import { advance, dueSeqs } from '../../../broker/decide/advance';
import { BURIAL_RETRY_MS } from '../../../broker/model/limits';
import {
  dueOf,
  event,
  flight,
  message,
  messages,
  NOW,
  reading,
  SECOND,
  seqsOf,
  settings,
  short,
  subscription,
} from './samples';

const LATE = NOW + 30 * SECOND;

describe('a missed deadline', () => {
  it('delivers again, as a further attempt that may take twice as long', () => {
    const waiting = subscription({ next: 2, inFlight: [flight(1)] });
    expect(dueSeqs(waiting, LATE)).toEqual([1]);
    const { redeliveries, fresh, subscription: next } = advance(waiting, reading([], dueOf(1)), LATE, 0);
    expect(short(redeliveries)).toEqual(['1:2']);
    expect(fresh).toBeUndefined();
    expect(next.inFlight).toEqual([flight(1, { attempt: 2, dueAt: LATE + 60 * SECOND })]);
  });

  it('is not missed a moment before', () => {
    const waiting = subscription({ next: 2, inFlight: [flight(1)] });
    expect(dueSeqs(waiting, LATE - 1)).toEqual([]);
    expect(advance(waiting, reading([], dueOf(1)), LATE - 1, 0).redeliveries).toEqual([]);
  });

  it('concerns only what was read for it', () => {
    const waiting = subscription({ next: 3, inFlight: [flight(1), flight(2)] });
    expect(short(advance(waiting, reading([], dueOf(2)), LATE, 0).redeliveries)).toEqual(['2:2']);
  });

  it('leaves what is fresh to its own frame', () => {
    const waiting = subscription({ next: 2, inFlight: [flight(1)] });
    const { redeliveries, fresh } = advance(waiting, reading([message(2)], dueOf(1)), LATE, 0);
    expect([short(redeliveries), short(fresh?.deliveries)]).toEqual([['1:2'], ['2:1']]);
    expect(fresh).toMatchObject({ from: 2, next: 3 });
  });

  it('makes dead what has had all its deliveries, and holds it until it is buried', () => {
    const last = subscription({ next: 2, inFlight: [flight(1, { attempt: 5 })] });
    const { redeliveries, subscription: next, wakeAt } = advance(last, reading([], dueOf(1)), LATE, 0);
    expect(redeliveries).toEqual([]);
    expect(next.inFlight).toEqual([
      { seq: 1, attempt: 5, dueAt: LATE + BURIAL_RETRY_MS, dead: true, reason: 'not acknowledged after 5 deliveries' },
    ]);
    expect(wakeAt).toBe(LATE + BURIAL_RETRY_MS);
  });

  it('never makes dead where maxDeliveries is 0', () => {
    const stubborn = subscription({
      ...settings({ maxDeliveries: 0 }),
      next: 2,
      inFlight: [flight(1, { attempt: 999 })],
    });
    const { redeliveries, subscription: next } = advance(stubborn, reading([], dueOf(1)), LATE, 0);
    expect(short(redeliveries)).toEqual(['1:1000']);
    expect(next.inFlight[0]?.dueAt).toBe(LATE + 600 * SECOND);
  });

  it('drops what is wanted no more; of what was redriven, only what is of an event not asked for', () => {
    const events = [{ event: event('add'), since: 9 }];
    const inFlight = [flight(1), flight(2, { redriven: true }), flight(3, { redriven: true })];
    const due = new Map([
      [1, message(1)],
      [2, message(2)],
      [3, message(3, { event: event('other') })],
    ]);
    const {
      redeliveries,
      gaps,
      subscription: next,
    } = advance(subscription({ events, next: 9, inFlight }), reading([], { due }), LATE, 0);
    expect([short(redeliveries), gaps, seqsOf(next.inFlight)]).toEqual([['2:2'], [], [2]]);
  });

  it('says of a message that retention took that it is gone', () => {
    const due = new Map([
      [1, undefined],
      [2, message(2)],
    ]);
    const {
      gaps,
      redeliveries,
      subscription: next,
    } = advance(
      subscription({ next: 3, inFlight: [flight(1, { attempt: 5 }), flight(2)] }),
      reading([], { due }),
      LATE,
      0,
    );
    expect(gaps).toEqual([{ from: 1, to: 1 }]);
    expect(short(redeliveries)).toEqual(['2:2']);
    expect(seqsOf(next.inFlight)).toEqual([2]);
  });

  it('does nothing about what is dead and being buried', () => {
    const dead = subscription({ next: 2, inFlight: [flight(1, { dead: true, reason: 'rejected', dueAt: LATE + 1 })] });
    expect(dueSeqs(dead, LATE)).toEqual([]);
    const step = advance(dead, reading([], dueOf(1)), LATE, 0);
    expect(step.subscription).toBe(dead);
    expect(step.wakeAt).toBe(LATE + 1);
  });

  it('claims the burial of what is dead and was not buried in its time, and is woken when it should be done', () => {
    const inFlight = [LATE, LATE + 1].map((dueAt, index) =>
      flight(index + 1, { dead: true, reason: 'rejected', dueAt }),
    );
    const dead = subscription({ next: 3, inFlight });
    expect(dueSeqs(dead, LATE)).toEqual([]);
    const step = advance(dead, reading([], dueOf(1)), LATE, 0);
    expect(step.subscription.inFlight).toEqual([{ ...inFlight[0], dueAt: LATE + BURIAL_RETRY_MS }, inFlight[1]]);
    expect(step).toMatchObject({ wakeAt: LATE + 1, redeliveries: [] });
  });
});

describe('what waits after a nack', () => {
  const waiting = { waiting: true, dueAt: NOW } as const;

  it('takes its place in the window when it is delivered again', () => {
    const nacked = subscription({ next: 2, inFlight: [flight(1, { ...waiting, reason: 'db down' })] });
    const { redeliveries, subscription: next } = advance(nacked, reading([], dueOf(1)), NOW, 0);
    expect(short(redeliveries)).toEqual(['1:2']);
    expect(next.inFlight).toEqual([{ seq: 1, attempt: 2, dueAt: NOW + 60 * SECOND, reason: 'db down' }]);
  });

  it('stays outside while the window is full, the lowest first when there is room', () => {
    const inFlight = [flight(1, waiting), flight(2, waiting), flight(3), flight(4)];
    const nacked = subscription({ ...settings({ maxInFlight: 3 }), next: 5, inFlight });
    expect(dueSeqs(nacked, NOW)).toEqual([1]);
    const { redeliveries, subscription: next, fresh } = advance(nacked, reading(messages(5, 5), dueOf(1, 2)), NOW, 0);
    expect(short(redeliveries)).toEqual(['1:2']);
    expect(next.inFlight[1]).toEqual(flight(2, waiting));
    expect(fresh).toBeUndefined();
  });

  it('asks to be called again when what is gone, or died, left its place to it', () => {
    const inFlight = [flight(1, { dueAt: NOW }), flight(2, waiting)];
    const full = subscription({ ...settings({ maxInFlight: 1 }), next: 3, inFlight });
    const gone = advance(full, reading([], { due: new Map([[1, undefined]]) }), NOW, 0);
    expect(gone.gaps).toEqual([{ from: 1, to: 1 }]);
    expect(gone.more).toBe(true);
    const again = advance(gone.subscription, reading([], dueOf(2)), NOW, 0);
    expect([short(again.redeliveries), again.more]).toEqual([['2:2'], false]);
  });

  it('arms no timer when it is only room that it waits for', () => {
    const inFlight = [flight(1, waiting), flight(2)];
    const full = subscription({ ...settings({ maxInFlight: 1 }), next: 3, inFlight });
    expect(advance(full, reading([]), NOW, 0).wakeAt).toBe(NOW + 30 * SECOND);
  });
});

describe('when it has to be woken', () => {
  it('is when the earliest of what is in flight is due, also of what was delivered just now', () => {
    const inFlight = [flight(1, { dueAt: NOW + 40 * SECOND }), flight(2, { waiting: true, dueAt: NOW + 35 * SECOND })];
    const some = subscription({ next: 3, inFlight });
    expect(advance(some, reading([]), NOW, 0).wakeAt).toBe(NOW + 35 * SECOND);
    expect(advance(some, reading([message(3)]), NOW, 0).wakeAt).toBe(NOW + 30 * SECOND);
  });

  it('is never while nothing is in flight', () => {
    expect(advance(subscription(), reading([]), NOW, 0).wakeAt).toBeUndefined();
  });
});
