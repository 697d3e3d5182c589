import { ack, extend, nack, reject } from '../../../broker/decide/settle';
import { BURIAL_RETRY_MS, KEPT_REASON, KEPT_REASONS_BYTES } from '../../../broker/model/limits';
import type { Subscription } from '../../../broker/model/subscription';
import { flight, NOW, SECOND, seqsOf, settings, subscription } from './samples';

const dead = flight(4, { dead: true, reason: 'rejected' });
const three = subscription({ next: 5, inFlight: [flight(1), flight(2), flight(3), dead] });

describe('every settlement', () => {
  const settlements = {
    ack: ack(three, { seqs: [4, 5, 99] }, NOW),
    nack: nack(three, { seqs: [4, 5, 99] }, NOW, 0),
    reject: reject(three, { seqs: [4, 5, 99] }, NOW),
    extend: extend(three, { seqs: [4, 5, 99] }, NOW, SECOND),
  };

  it.each(Object.entries(settlements))('%s skips what is not in flight, and then changes nothing', (_, settlement) => {
    expect(settlement.subscription).toBe(three);
    expect(settlement).toMatchObject({ seqs: [] });
  });

  it('names those it applied to in ascending order, each once', () => {
    expect(ack(three, { seqs: [3, 1, 3, 7] }, NOW).seqs).toEqual([1, 3]);
    expect(reject(three, { seqs: [3, 1, 3, 7] }, NOW).seqs).toEqual([1, 3]);
  });
});

describe('ack', () => {
  it('takes out of flight what it names', () => {
    expect(seqsOf(ack(three, { seqs: [1, 3] }, NOW).subscription.inFlight)).toEqual([2, 4]);
  });

  it('up to a number takes all up to and including it, also what waits', () => {
    const waiting = subscription({ next: 4, inFlight: [flight(1, { waiting: true }), flight(2), flight(3)] });
    const { subscription: next, seqs } = ack(waiting, { upTo: 2 }, NOW);
    expect([seqs, seqsOf(next.inFlight)]).toEqual([[1, 2], [3]]);
  });

  it('up to a number leaves what was never delivered, though it takes it where it is named', () => {
    const owed = subscription({
      next: 3,
      inFlight: [flight(1, { attempt: 0, waiting: true, redriven: true }), flight(2)],
    });
    expect(ack(owed, { upTo: 2 }, NOW).seqs).toEqual([2]);
    expect(ack(owed, { seqs: [1] }, NOW).seqs).toEqual([1]);
  });

  it('leaves what is in the backlog, though it was redriven', () => {
    const sought = subscription({ next: 1, inFlight: [flight(1, { attempt: 0, waiting: true, redriven: true })] });
    expect(ack(sought, { seqs: [1] }, NOW).subscription).toBe(sought);
  });

  it('holds what was redriven until its dead letter is removed', () => {
    const redriven = subscription({ next: 3, inFlight: [flight(1, { redriven: true }), flight(2)] });
    const { subscription: next, seqs } = ack(redriven, { upTo: 2 }, NOW);
    expect(seqs).toEqual([1, 2]);
    expect(next.inFlight).toMatchObject([{ seq: 1, dead: true, acked: true, dueAt: NOW + BURIAL_RETRY_MS }]);
    expect(ack(next, { upTo: 2 }, NOW).subscription).toBe(next);
  });

  it('leaves the cursor alone', () => {
    expect(ack(three, { upTo: 99 }, NOW).subscription).toMatchObject({ next: 5, covered: 5, inFlight: [dead] });
  });
});

describe('nack', () => {
  it('lets a message wait outside the window for its delay', () => {
    const { subscription: next } = nack(three, { seqs: [2] }, NOW, 0.5, { delay: 10 * SECOND, reason: 'db down' });
    expect(next.inFlight[1]).toEqual({
      seq: 2,
      attempt: 1,
      dueAt: NOW + 10 * SECOND,
      waiting: true,
      reason: 'db down',
    });
  });

  it('without a delay waits a random part of the back-off of its attempt', () => {
    const third = subscription({ next: 2, inFlight: [flight(1, { attempt: 3 })] });
    expect(nack(third, { seqs: [1] }, NOW, 0.5).subscription.inFlight[0]?.dueAt).toBe(NOW + 60 * SECOND);
    expect(nack(third, { seqs: [1] }, NOW, 0).subscription.inFlight[0]?.dueAt).toBe(NOW);
  });

  it('with a delay of 0 is due at once', () => {
    expect(nack(three, { seqs: [1] }, NOW, 0.9, { delay: 0 }).subscription.inFlight[0]?.dueAt).toBe(NOW);
  });

  it('makes dead what has had all its deliveries, for the reason given last', () => {
    const last = subscription({ next: 2, inFlight: [flight(1, { attempt: 5, reason: 'before' })] });
    const deadFor = (reason?: string) => nack(last, { seqs: [1] }, NOW, 0, { reason }).subscription.inFlight[0];
    expect(deadFor('now')).toEqual({ seq: 1, attempt: 5, dueAt: NOW + BURIAL_RETRY_MS, dead: true, reason: 'now' });
    expect(deadFor()?.reason).toBe('before');
  });

  it('makes nothing dead where maxDeliveries is 0', () => {
    const often = subscription({ ...settings({ maxDeliveries: 0 }), next: 2, inFlight: [flight(1, { attempt: 999 })] });
    expect(nack(often, { seqs: [1] }, NOW, 0).subscription.inFlight[0]).toMatchObject({ attempt: 999, waiting: true });
  });

  it('keeps the start of a long reason', () => {
    const [kept] = nack(three, { seqs: [1] }, NOW, 0, { reason: 'x'.repeat(1024) }).subscription.inFlight;
    expect(kept?.reason).toBe('x'.repeat(KEPT_REASON));
  });

  it.each([
    ['at its end', `${'x'.repeat(KEPT_REASON - 1)}😀`, 'x'.repeat(KEPT_REASON - 1)],
    ['that it was given with', '\ude00no\ud83d 😀', 'no 😀'],
  ])('keeps no half of a character %s, which a store may refuse', (_, reason, expected) => {
    const [kept] = nack(three, { seqs: [1] }, NOW, 0, { reason }).subscription.inFlight;
    expect(kept?.reason).toBe(expected);
  });
});

describe('reject', () => {
  it('keeps no half of a character', () => {
    expect(reject(three, { seqs: [1] }, NOW, 'no\ud83d 😀').subscription.inFlight[0]?.reason).toBe('no 😀');
  });

  it('makes dead for its reason, whatever the attempt, and holds the message until it is buried', () => {
    const { subscription: next } = reject(three, { seqs: [1] }, NOW, 'malformed');
    expect(next.inFlight[0]).toEqual({
      seq: 1,
      attempt: 1,
      dueAt: NOW + BURIAL_RETRY_MS,
      dead: true,
      reason: 'malformed',
    });
  });

  it('says only that it was rejected where no reason is given', () => {
    expect(reject(three, { seqs: [1] }, NOW).subscription.inFlight[0]?.reason).toBe('rejected');
  });
});

describe('extend', () => {
  it('sets the deadline anew, also to earlier, and counts no attempt', () => {
    expect(extend(three, { seqs: [1] }, NOW, 900 * SECOND).subscription.inFlight[0]).toEqual(
      flight(1, { dueAt: NOW + 900 * SECOND }),
    );
    expect(extend(three, { seqs: [1] }, NOW, SECOND).subscription.inFlight[0]).toEqual(
      flight(1, { dueAt: NOW + SECOND }),
    );
  });

  it('leaves what waits after a nack as it is', () => {
    const waiting = subscription({ next: 2, inFlight: [flight(1, { waiting: true })] });
    expect(extend(waiting, { seqs: [1] }, NOW, SECOND)).toMatchObject({ seqs: [], subscription: waiting });
  });
});

describe('reasons', () => {
  const long = (index: number) => `${String(index).padStart(4)}${'\u0001'.repeat(KEPT_REASON - 4)}`;
  const many = Array.from({ length: 200 }, (_, index) => flight(index + 1));
  /** All but the last wait, each for a reason of its own. */
  const waiting = () => {
    let held = subscription({ next: 201, inFlight: many });
    for (let seq = 1; seq <= 199; seq++)
      held = nack(held, { seqs: [seq] }, NOW, 0.5, { reason: long(seq) }).subscription;
    return held;
  };
  const reasonsOf = ({ inFlight }: Subscription) => inFlight.flatMap(({ reason }) => reason ?? []);

  it('are kept as long as there is room for them, and settle all the same without', () => {
    const held = waiting();
    expect(held.inFlight.filter((one) => one.waiting)).toHaveLength(199);
    expect(reasonsOf(held).length).toBeGreaterThanOrEqual(10);
    expect(JSON.stringify(reasonsOf(held)).length).toBeLessThanOrEqual(KEPT_REASONS_BYTES + 1_024);
  });

  it('of what dies have room of their own, whatever waits', () => {
    const reason = 'x'.repeat(1_024);
    expect(reject(waiting(), { seqs: [200] }, NOW, reason).subscription.inFlight.at(-1)).toMatchObject({
      dead: true,
      reason,
    });
    const last = { ...waiting(), ...settings({ maxDeliveries: 1 }) };
    expect(nack(last, { seqs: [200] }, NOW, 0, { reason }).subscription.inFlight.at(-1)?.reason).toBe(reason);
  });

  it('of what dies are cut, and then left out, where others that are not buried yet take up the room', () => {
    let held = subscription({ next: 201, inFlight: many });
    for (let seq = 1; seq <= 200; seq++)
      held = reject(held, { seqs: [seq] }, NOW, `${seq} ${'x'.repeat(1_000)}`).subscription;
    const lengths = held.inFlight.map(({ reason = '' }) => reason.length);
    expect(lengths[0]).toBe(1_002);
    expect(lengths).toContain(KEPT_REASON);
    expect(held.inFlight.at(-1)?.reason).toBe('rejected');
    expect(held.inFlight.every(({ dead }) => dead)).toBe(true);
  });

  it('that many share take the room of one', () => {
    const reason = 'x'.repeat(KEPT_REASON);
    let held = subscription({ next: 201, inFlight: many });
    for (let seq = 1; seq <= 200; seq++) held = nack(held, { seqs: [seq] }, NOW, 0.5, { reason }).subscription;
    expect(reasonsOf(held)).toHaveLength(200);
  });

  it('for which there is no room leave none of before in their place', () => {
    const held = waiting();
    const first = nack(held, { seqs: [1] }, NOW, 0.5, { reason: long(1_001) }).subscription.inFlight[0];
    expect(first?.reason).toBe(long(1_001));
    const [kept] = nack(held, { seqs: [199] }, NOW, 0.5, { reason: long(1_002) }).subscription.inFlight.slice(198);
    expect(kept).not.toHaveProperty('reason');
    const dying = { ...held, ...settings({ maxDeliveries: 1 }) };
    expect(nack(dying, { seqs: [1] }, NOW, 0.5, { reason: 'db down' }).subscription.inFlight[0]?.reason).toBe(
      'db down',
    );
  });
});
