import { activity } from '../../cli/top/activity';
import type { QueueFacts, Snapshot, SubscriptionFacts } from '../../cli/top/snapshot';

const queue = (name: string, head: number): QueueFacts => ({ queue: name, head, subscribers: 1, connected: 1 });

const subscription = (clientId: string, facts: Partial<SubscriptionFacts> = {}): SubscriptionFacts => ({
  queue: 'orders',
  clientId,
  next: 1,
  inFlight: 0,
  backlog: 0,
  dead: 0,
  connected: true,
  ...facts,
});

const snapshot = (
  at: number,
  queues: readonly QueueFacts[],
  subscriptions: readonly SubscriptionFacts[] = [],
): Snapshot => ({ at, queues, subscriptions });

test('What was published a second is how far the heads came in the time between', () => {
  const before = snapshot(1_000, [queue('orders', 10), queue('mails', 5)]);
  const { queues, published } = activity(before, snapshot(3_000, [queue('orders', 50), queue('mails', 5)]));
  expect(queues.map((one) => [one.queue, one.published])).toEqual([
    ['mails', 0],
    ['orders', 20],
  ]);
  expect(published).toBe(20);
});

test('A queue that is new since the snapshot before has published all it holds', () => {
  expect(activity(snapshot(0, []), snapshot(1_000, [queue('orders', 7)])).published).toBe(7);
});

test('The first snapshot has figures and no rates', () => {
  const first = activity(undefined, snapshot(0, [queue('orders', 7)], [subscription('billing', { backlog: 7 })]));
  expect(first).toMatchObject({ published: undefined, settled: undefined, backlog: 7 });
  expect(first.slowest).toEqual([expect.objectContaining({ clientId: 'billing', settled: undefined })]);
});

test('What is in flight is not settled yet, though the cursor has passed it', () => {
  const before = snapshot(0, [queue('orders', 10)], [subscription('billing', { next: 1, backlog: 10 })]);
  const after = snapshot(2_000, [queue('orders', 10)], [subscription('billing', { next: 9, inFlight: 4, backlog: 2 })]);
  expect(activity(before, after)).toMatchObject({ settled: 2, inFlight: 4, backlog: 2 });
});

test('A subscription that was moved back has settled nothing, and not less than nothing', () => {
  const before = snapshot(0, [queue('orders', 10)], [subscription('billing', { next: 11 })]);
  const after = snapshot(1_000, [queue('orders', 10)], [subscription('billing', { next: 1, backlog: 10 })]);
  expect(activity(before, after).settled).toBe(0);
});

test('Flights, backlog and dead letters of a queue are those of all its subscriptions, and of no other queue', () => {
  const { queues } = activity(
    undefined,
    snapshot(
      0,
      [queue('orders', 10), queue('mails', 5)],
      [
        subscription('a', { inFlight: 1, backlog: 2, dead: 3 }),
        subscription('b', { inFlight: 10, backlog: 20, dead: 30 }),
        subscription('a', { queue: 'mails', backlog: 5 }),
      ],
    ),
  );
  expect(queues).toEqual([
    expect.objectContaining({ queue: 'mails', inFlight: 0, backlog: 5, dead: 0 }),
    expect.objectContaining({ queue: 'orders', inFlight: 11, backlog: 22, dead: 33 }),
  ]);
});

test('Slowest first: who has the most backlog, then who has most in flight; who is done is not among them', () => {
  const { slowest } = activity(
    undefined,
    snapshot(
      0,
      [queue('orders', 100)],
      [
        subscription('busy', { inFlight: 3 }),
        subscription('done'),
        subscription('behind', { backlog: 50 }),
        subscription('further', { backlog: 70 }),
      ],
    ),
  );
  expect(slowest.map(({ clientId }) => clientId)).toEqual(['further', 'behind', 'busy']);
});

test('When a subscription has caught up follows from what it gains on the publishers', () => {
  const before = snapshot(0, [queue('orders', 100)], [subscription('billing', { next: 1, backlog: 100 })]);
  const gaining = snapshot(1_000, [queue('orders', 110)], [subscription('billing', { next: 31, backlog: 80 })]);
  expect(activity(before, gaining).slowest).toEqual([expect.objectContaining({ settled: 30, caughtUpIn: 4 })]);
  const losing = snapshot(1_000, [queue('orders', 140)], [subscription('billing', { next: 31, backlog: 110 })]);
  expect(activity(before, losing).slowest).toEqual([expect.objectContaining({ settled: 30, caughtUpIn: undefined })]);
});
