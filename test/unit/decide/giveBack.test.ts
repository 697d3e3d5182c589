import { advance } from '../../../broker/decide/advance';
import { giveBack, refusedBut, sentAnew, uncount } from '../../../broker/decide/giveBack';
import { ack, extend, nack, reject } from '../../../broker/decide/settle';
import { dueOf, flight, message, messages, NOW, reading, SECOND, short, subscription } from './samples';

const LATE = NOW + 30 * SECOND;

describe('deliveries that nobody took', () => {
  it('of first attempts leave it as if they had not been made', () => {
    const before = subscription({ next: 5, covered: 3 });
    const { subscription: after } = advance(before, reading(messages(5, 7)), NOW, 0);
    const back = giveBack(after, { back: { next: 3, covered: 3 }, next: 8, seqs: [5, 6, 7] }, NOW);
    expect(back).toMatchObject({ covered: 3, inFlight: [] });
    expect(back.next).toBeLessThanOrEqual(5);
    const { fresh } = advance(back, reading(messages(back.next, 7)), NOW, 0);
    expect(fresh).toMatchObject({ from: 3, next: 8 });
  });

  it('keep what was taken before the connection was gone', () => {
    const { subscription: after } = advance(subscription(), reading(messages(1, 4)), NOW, 0);
    const back = giveBack(after, { back: { next: 3, covered: 3 }, next: 5, seqs: [3, 4] }, NOW);
    expect(back).toMatchObject({ next: 3, covered: 3, inFlight: [flight(1), flight(2)] });
  });

  it('of further attempts are due again with one attempt less', () => {
    const before = subscription({ next: 2, inFlight: [flight(1, { attempt: 2, dueAt: LATE })] });
    const { subscription: after } = advance(before, reading([], dueOf(1)), LATE, 0);
    expect(after.inFlight[0]?.attempt).toBe(3);
    const back = giveBack(after, { next: 2, seqs: [1] }, LATE);
    expect(back.inFlight).toEqual([{ ...before.inFlight[0], dueAt: LATE }]);
    expect(back.next).toBe(2);
  });

  it('where more was delivered since, are due again while the cursor stays', () => {
    const { subscription: first } = advance(subscription(), reading([message(1)]), NOW, 0);
    const { subscription: second } = advance(first, reading([message(2)]), NOW, 0);
    const back = giveBack(second, { back: { next: 1, covered: 1 }, next: 2, seqs: [1] }, NOW + 1);
    expect(back).toMatchObject({
      next: 3,
      covered: 3,
      inFlight: [flight(1, { attempt: 0, dueAt: NOW + 1 }), flight(2)],
    });
    expect(short(advance(back, reading([], dueOf(1)), NOW + 1, 0).redeliveries)).toEqual(['1:1']);
  });

  it('where they were delivered again since, stay in flight behind the cursor, so that an ack of them is final', () => {
    const { subscription: first } = advance(subscription(), reading([message(1)]), NOW, 0);
    const { subscription: again } = advance(first, reading([], dueOf(1)), LATE, 0);
    const back = giveBack(again, { back: { next: 1, covered: 1 }, next: 2, seqs: [1] }, LATE);
    expect(back).toMatchObject({ next: 2, covered: 2, inFlight: [{ seq: 1, attempt: 1 }] });
  });

  it('keep the delay and the attempt of what was nacked meanwhile, by a connection that was shown it', () => {
    const { subscription: first } = advance(subscription(), reading([message(1)]), NOW, 0);
    const { subscription: nacked } = nack(first, { seqs: [1] }, NOW, 0, { delay: 60 * SECOND });
    const back = giveBack(nacked, { back: { next: 1, covered: 1 }, next: 2, seqs: [1] }, NOW);
    expect(back).toEqual(nacked);
  });

  it('of a redriven dead letter stay in flight, for it may not be in the log', () => {
    const redriven = flight(3, { redriven: true, dueAt: NOW });
    const back = giveBack(
      subscription({ next: 9, inFlight: [redriven] }),
      { back: { next: 2, covered: 2 }, next: 9, seqs: [3] },
      NOW,
    );
    expect(back.inFlight).toEqual([{ ...redriven, attempt: 0 }]);
  });
});

describe('what was settled before they are given back', () => {
  const { subscription: delivered } = advance(subscription(), reading(messages(1, 2)), NOW, 0);
  const refused = { back: { next: 1, covered: 1 }, next: 3, seqs: [1, 2] };
  const again = (back: typeof delivered) =>
    advance(back, reading(messages(1, 2), dueOf(...back.inFlight.map(({ seq }) => seq))), NOW, 0);
  const deliveredAgain = (back: typeof delivered) => {
    const { redeliveries, fresh } = again(back);
    return [...redeliveries, ...(fresh?.deliveries ?? [])].map(({ message: { seq } }) => seq);
  };

  it('is not delivered again after an ack', () => {
    const { subscription: settled } = ack(delivered, { seqs: [1] }, NOW);
    expect(deliveredAgain(giveBack(settled, refused, NOW))).toEqual([2]);
  });

  it('is not delivered again after an ack of all of it', () => {
    const { subscription: settled } = ack(delivered, { upTo: 2 }, NOW);
    expect(deliveredAgain(giveBack(settled, refused, NOW))).toEqual([]);
  });

  it('is not delivered again after a reject', () => {
    const { subscription: settled } = reject(delivered, { seqs: [2] }, NOW);
    expect(deliveredAgain(giveBack(settled, refused, NOW))).toEqual([1]);
  });
});

describe('deliveries that could not be made at present', () => {
  it('stay in flight until they are due, and are made then with the attempt they had', () => {
    const before = subscription({ next: 2, inFlight: [flight(1, { attempt: 2, dueAt: NOW })] });
    const { subscription: after } = advance(before, reading(messages(2, 3), dueOf(1)), NOW, 0);
    const left = uncount(after, [1, 3]);
    expect(left.next).toBe(4);
    expect(left.inFlight.map(({ attempt }) => attempt)).toEqual([2, 1, 0]);
    expect(left.inFlight.map(({ dueAt }) => dueAt)).toEqual(after.inFlight.map(({ dueAt }) => dueAt));
    expect(short(advance(left, reading([], dueOf(1, 2, 3)), LATE + LATE, 0).redeliveries)).toEqual([
      '1:3',
      '2:2',
      '3:1',
    ]);
  });

  it('are left alone where they were answered meanwhile, by a connection that was shown them', () => {
    const { subscription: first } = advance(subscription(), reading(messages(1, 2)), NOW, 0);
    const { subscription: nacked } = nack(first, { seqs: [1] }, NOW, 0, { delay: 60 * SECOND });
    const { subscription: rejected } = reject(nacked, { seqs: [2] }, NOW);
    expect(uncount(rejected, [1, 2])).toEqual(rejected);
  });
});

describe('what is in flight otherwise than it was sent', () => {
  const before = subscription({ next: 2, inFlight: [flight(1, { attempt: 1, dueAt: NOW })] });
  const { subscription: sent } = advance(before, reading(messages(2, 3), dueOf(1)), NOW, 0);

  it('is nothing of what stays in flight, is due, was settled or was delivered again', () => {
    expect(sentAnew(sent, sent, NOW).size).toBe(0);
    const due = { ...sent, inFlight: sent.inFlight.map((one) => ({ ...one, dueAt: NOW + SECOND })) };
    expect(sentAnew(sent, due, NOW + SECOND).size).toBe(0);
    expect(sentAnew(sent, ack(sent, { seqs: [2] }, NOW).subscription, NOW).size).toBe(0);
    const { subscription: again } = advance(sent, reading([], dueOf(1, 2, 3)), LATE + LATE, 0);
    expect(sentAnew(sent, again, LATE + LATE).size).toBe(0);
  });

  it('was made anew since a seek', () => {
    const { subscription: anew } = advance(subscription(), reading(messages(1, 2)), NOW + 1, 0);
    expect([...sentAnew(sent, anew, NOW + 1)]).toEqual([1, 2]);
  });

  it('was given more time by a connection that was shown it, and keeps it and its attempt', () => {
    const { subscription: extended } = extend(sent, { seqs: [2] }, NOW, 60 * SECOND);
    const anew = sentAnew(sent, extended, NOW);
    expect([...anew]).toEqual([2]);
    const refused = refusedBut({ back: { next: 2, covered: 2 }, next: 4, seqs: [2, 3] }, anew);
    expect(giveBack(extended, refused, NOW)).toMatchObject({
      next: 4,
      covered: 4,
      inFlight: [{ seq: 1 }, { seq: 2, attempt: 1, dueAt: NOW + 60 * SECOND }, { seq: 3, attempt: 0 }],
    });
  });
});
