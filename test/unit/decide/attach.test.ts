import { attach, catchUp, detach } from '../../../broker/decide/attach';
import type { ConnectionId } from '../../../broker/model/names';
import { attached, flight, NOW, SECOND, seqsOf, subscription } from './samples';

const LATER = NOW + 10 * SECOND;
const END = NOW + 99 * SECOND;
const inFlight = [
  flight(1),
  flight(2, { waiting: true, dueAt: NOW + 20 * SECOND }),
  flight(3, { dead: true, reason: 'rejected', dueAt: NOW + 5 * SECOND }),
  flight(4, { dueAt: NOW - 1 }),
];

describe('the first connection after an absence', () => {
  const { subscription: next, show } = attach(
    subscription({ connections: [], inFlight, next: 5 }),
    attached('one', LATER),
    LATER,
    END,
  );

  it('makes what is in flight due, but not what waits or is dead', () => {
    expect(next.inFlight).toEqual([{ ...inFlight[0], dueAt: LATER }, ...inFlight.slice(1)]);
  });

  it('is shown nothing: it has everything delivered', () => {
    expect(show).toEqual([]);
  });

  it('is attached, and moves the end of the subscription', () => {
    expect(next.connections).toEqual([attached('one', LATER)]);
    expect(next.expiresAt).toBe(END);
  });
});

describe('a connection that joins others', () => {
  const before = subscription({ inFlight, next: 5, expiresAt: NOW + 500 * SECOND });
  const { subscription: next, show } = attach(before, attached('two'), LATER, END);

  it('is shown what is in flight, and makes nothing due', () => {
    expect(seqsOf(show)).toEqual([1, 4]);
    expect(show.map(({ attempt }) => attempt)).toEqual([1, 1]);
    expect(next.inFlight).toBe(before.inFlight);
  });

  it('is not shown what no connection took so far: that is delivered in a moment', () => {
    const givenBack = subscription({ inFlight: [flight(1, { attempt: 0, dueAt: NOW }), flight(2)], next: 3 });
    expect(seqsOf(attach(givenBack, attached('two'), LATER, END).show)).toEqual([2]);
  });

  it('never brings the end of the subscription nearer', () => {
    expect(next.expiresAt).toBe(NOW + 500 * SECOND);
  });

  it('is attached once, however often', () => {
    expect(next.connections.map(({ connection }) => connection)).toEqual(['first', 'two']);
    expect(attach(next, attached('two'), LATER, END)).toEqual({ subscription: next, show: [] });
  });
});

it('the first connection after an absence leaves what has had its last delivery the time it was given', () => {
  const settings = { ackDeadline: 30, maxDeliveries: 2, maxInFlight: 100 };
  const last = [1, 2].map((attempt) => ({ seq: attempt, attempt, dueAt: NOW + SECOND }));
  const away = subscription({ inFlight: last, next: 5, settings, connections: [] });
  const { subscription: next } = attach(away, attached('one'), NOW, END);
  expect(next.inFlight.map(({ dueAt }) => dueAt - NOW)).toEqual([0, SECOND]);
});

describe('detach', () => {
  it('takes the connection off, and leaves the end alone while others stay', () => {
    const two = subscription({ connections: [attached('one'), attached('two')] });
    expect(detach(two, 'one' as ConnectionId, END)).toEqual({ ...two, connections: [attached('two')] });
  });

  it('of the last one sets the end, and leaves what is in flight as it is', () => {
    const last = subscription({ inFlight, next: 5 });
    const next = detach(last, 'first' as ConnectionId, END);
    expect(next).toEqual({ ...last, connections: [], expiresAt: END });
  });

  it('of one that is not attached changes nothing', () => {
    const some = subscription();
    expect(detach(some, 'other' as ConnectionId, END)).toBe(some);
  });
});

describe('catchUp', () => {
  it('makes all due that is in flight, also what waits, but not what is dead', () => {
    const { subscription: next, redelivered } = catchUp(subscription({ inFlight, next: 5 }), LATER);
    expect(redelivered).toBe(3);
    expect(next.inFlight.map(({ dueAt }) => dueAt)).toEqual([LATER, LATER, NOW + 5 * SECOND, NOW - 1]);
    expect(next.inFlight[1]).toMatchObject({ waiting: true });
  });

  it('leaves what has had its last delivery the time it was given', () => {
    const settings = { ackDeadline: 30, maxDeliveries: 2, maxInFlight: 100 };
    const last = [1, 2, 3].map((attempt) => ({ seq: attempt, attempt, dueAt: NOW + SECOND }));
    const { subscription: next, redelivered } = catchUp(subscription({ inFlight: last, next: 5, settings }), NOW);
    expect(next.inFlight.map(({ dueAt }) => dueAt - NOW)).toEqual([0, SECOND, SECOND]);
    expect(redelivered).toBe(1);
  });
});
