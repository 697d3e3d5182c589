import { advance } from '../../../broker/decide/advance';
import {
  event,
  flight,
  message,
  messages,
  NOW,
  reading,
  SECOND,
  settings,
  short,
  subscription,
  tombstone,
} from './samples';

describe('first deliveries', () => {
  it('delivers the backlog in order, as first attempts that are due after the ack deadline', () => {
    const { subscription: next, fresh, redeliveries } = advance(subscription(), reading(messages(1, 3)), NOW, 0);
    expect(short(fresh?.deliveries)).toEqual(['1:1', '2:1', '3:1']);
    expect(redeliveries).toEqual([]);
    expect(next.inFlight).toEqual([1, 2, 3].map((seq) => flight(seq)));
    expect(next.next).toBe(4);
  });

  it('is late by up to a tenth of the deadline, the same for all that is delivered together', () => {
    const { subscription: next } = advance(subscription(), reading(messages(1, 3)), NOW, 0.5);
    expect(next.inFlight.map(({ dueAt }) => dueAt - NOW)).toEqual([31_500, 31_500, 31_500]);
  });

  it('covers what it delivers from where the frame before ended', () => {
    const { fresh, subscription: next } = advance(
      subscription({ next: 8, covered: 5 }),
      reading(messages(8, 9)),
      NOW,
      0,
    );
    expect(fresh).toMatchObject({ from: 5, next: 10 });
    expect(next.covered).toBe(10);
  });

  it('passes over events that are not wanted, and covers them with the next frame', () => {
    const wanting = subscription({ events: [{ event: event('add'), since: 1 }] });
    const others = [1, 2].map((seq) => message(seq, { event: event('other') }));
    const passed = advance(wanting, reading(others), NOW, 0);
    expect(passed.fresh).toBeUndefined();
    expect(passed.subscription).toMatchObject({ next: 3, covered: 1, inFlight: [] });
    const { fresh } = advance(passed.subscription, reading([message(3)]), NOW, 0);
    expect(fresh).toMatchObject({ from: 1, next: 4 });
    expect(short(fresh?.deliveries)).toEqual(['3:1']);
  });

  it('covers what follows unwanted in the same reading', () => {
    const wanting = subscription({ events: [{ event: event('add'), since: 1 }] });
    const { fresh } = advance(wanting, reading([message(1), message(2, { event: event('other') })]), NOW, 0);
    expect(fresh).toMatchObject({ from: 1, next: 3 });
  });

  it('does not deliver the past of an event that was added later', () => {
    const wanting = subscription({ events: [{ event: event('add'), since: 3 }] });
    const { fresh } = advance(wanting, reading(messages(1, 4)), NOW, 0);
    expect(short(fresh?.deliveries)).toEqual(['3:1', '4:1']);
  });

  it('passes over tombstones', () => {
    const { fresh, gaps } = advance(subscription(), reading([tombstone(1), message(2), tombstone(3)]), NOW, 0);
    expect(short(fresh?.deliveries)).toEqual(['2:1']);
    expect(fresh).toMatchObject({ from: 1, next: 4 });
    expect(gaps).toEqual([]);
  });

  it('ignores what lies below the cursor', () => {
    const { fresh } = advance(subscription({ next: 3 }), reading(messages(1, 3)), NOW, 0);
    expect(short(fresh?.deliveries)).toEqual(['3:1']);
  });

  it('keeps flights ascending and unique where a dead letter of later is in flight again', () => {
    const redriven = subscription({ inFlight: [flight(2, { redriven: true }), flight(9, { redriven: true })] });
    const { subscription: next } = advance(redriven, reading(messages(1, 3)), NOW, 0);
    expect(next.inFlight.map(({ seq }) => seq)).toEqual([1, 2, 3, 9]);
  });
});

describe('the window', () => {
  const small = settings({ maxInFlight: 2 });

  it('stops at a message that has no room', () => {
    const { fresh, subscription: next, more } = advance(subscription(small), reading(messages(1, 4)), NOW, 0);
    expect(short(fresh?.deliveries)).toEqual(['1:1', '2:1']);
    expect(next.next).toBe(3);
    expect(more).toBe(false);
  });

  it('passes over unwanted messages even when it is full', () => {
    const wanting = subscription({ ...small, events: [{ event: event('add'), since: 1 }] });
    const entries = [...messages(1, 2), message(3, { event: event('other') }), message(4)];
    expect(advance(wanting, reading(entries), NOW, 0).subscription.next).toBe(4);
  });

  it('does not count what waits after a nack, nor what is dead', () => {
    const inFlight = [
      flight(1, { waiting: true }),
      flight(2, { waiting: true }),
      flight(3, { dead: true, reason: '' }),
    ];
    const { fresh } = advance(subscription({ ...small, next: 4, inFlight }), reading(messages(4, 9)), NOW, 0);
    expect(short(fresh?.deliveries)).toEqual(['4:1', '5:1']);
  });

  it('asks to be called again while there is room and the log goes on', () => {
    expect(advance(subscription(), reading(messages(1, 3), { more: true }), NOW, 0).more).toBe(true);
    expect(advance(subscription(), reading(messages(1, 3), { more: false }), NOW, 0).more).toBe(false);
    expect(advance(subscription(small), reading(messages(1, 2), { more: true }), NOW, 0).more).toBe(false);
  });
});

describe('nothing to do', () => {
  it('returns the state it was given', () => {
    const idle = subscription({ inFlight: [flight(1)], next: 2 });
    expect(advance(idle, reading([]), NOW, 0).subscription).toBe(idle);
  });

  it('delivers nothing, arms nothing and buries nothing while nobody is connected', () => {
    const inFlight = [flight(1, { dueAt: NOW - 1 }), flight(2, { attempt: 5, dueAt: NOW - 1 })];
    const away = subscription({ connections: [], inFlight, next: 3 });
    const read = reading([message(9)], { due: new Map([[1, undefined]]), more: true });
    const step = advance(away, read, NOW + 3600 * SECOND, 0);
    expect(step).toEqual({ subscription: away, gaps: [], redeliveries: [], holes: [], more: false });
    expect(step.subscription).toBe(away);
  });
});
