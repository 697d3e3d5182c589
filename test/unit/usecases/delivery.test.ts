import { delivered, gaps, joints, ofType, publish } from './frames';
import { createWorld, QUEUE } from './world';

it('delivers what is published to whoever subscribed, and is done with it when it is acked', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  expect(await billing.request({ action: 'subscribe', ref: '1', queue: QUEUE })).toEqual({
    type: 'subscribed',
    ref: '1',
    queue: QUEUE,
    events: ['*'],
    created: true,
    next: 1,
    backlog: 0,
  });
  billing.take();
  const published = await shop.request({ action: 'publish', ref: '2', queue: QUEUE, event: 'add', payload: { id: 7 } });
  expect(published).toMatchObject({ type: 'published', ref: '2', seq: 1, duplicate: false });
  expect(billing.take()).toMatchObject([
    { type: 'messages', from: 1, next: 2, messages: [{ seq: 1, payload: { id: 7 }, publisher: 'shop', attempt: 1 }] },
  ]);
  expect(await billing.request({ action: 'ack', ref: '3', queue: QUEUE, seqs: [1] })).toEqual({
    type: 'acked',
    ref: '3',
    queue: QUEUE,
    settled: 1,
    inFlight: 0,
    backlog: 0,
  });
  await world.pass(3_600_000);
  expect(billing.take()).toEqual([]);
  expect(world.failures).toEqual([]);
});

it('answers no settlement without a reference', async () => {
  const world = createWorld();
  const billing = await world.connect('billing');
  await billing.request({ action: 'subscribe', queue: QUEUE });
  expect(await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] })).toBeUndefined();
});

it('delivers after an absence what was missed, and what was in flight as a further attempt', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(1));
  await world.disconnect(billing);
  await shop.request(publish(2));
  await world.pass(7_200_000);
  const again = await world.connect('billing');
  const frames = again.take();
  expect(frames[0]).toMatchObject({ type: 'welcome', subscriptions: [{ queue: QUEUE, inFlight: 1, backlog: 2 }] });
  expect(delivered(frames)).toEqual(['1:2', '2:1', '3:1']);
  expect(joints(frames)).toEqual(['again', '2-4']);
});

it('delivers again what is not answered, each time later, until it is a dead letter', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxDeliveries: 3 });
  await shop.request(publish(1));
  billing.take();
  await world.pass(29_999);
  expect(billing.take()).toEqual([]);
  await world.pass(3_001);
  expect(delivered(billing.take())).toEqual(['1:2']);
  await world.pass(57_000 - 1);
  expect(billing.take()).toEqual([]);
  await world.pass(9_000);
  expect(delivered(billing.take())).toEqual(['1:3']);
  await world.pass(120_000 * 1.1);
  expect(billing.take()).toEqual([]);
  expect(await shop.request({ action: 'list', what: 'deadLetters', queue: QUEUE })).toMatchObject({
    items: [{ clientId: 'billing', seq: 1, reason: 'not acknowledged after 3 deliveries', attempts: 3, payload: 0 }],
  });
  expect(await shop.request({ action: 'list', what: 'subscriptions', queue: QUEUE })).toMatchObject({
    items: [{ inFlight: 0, backlog: 0, dead: 1 }],
  });
});

it('delivers without end, at the pace of the longest pause, what is never acked and may be tried without limit', async () => {
  const HOUR = 3_600_000;
  const world = createWorld({ settings: { messageRetention: 48 * HOUR, connectionLifetime: 99 * HOUR } });
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxDeliveries: 0, maxInFlight: 3 });
  await shop.request(publish(5));
  billing.take();
  await world.pass(24 * HOUR);
  const day = delivered(billing.take()).filter((one) => one.startsWith('1:'));
  // 30 s, doubled up to 600 s, and each up to a tenth more.
  expect(day.length).toBeGreaterThanOrEqual(130);
  expect(day.length).toBeLessThanOrEqual(150);
  expect(day).toEqual(day.map((_, index) => `1:${index + 2}`));
  expect(world.timers.armed.size).toBe(1);
  expect(await world.state(billing)).toMatchObject({ next: 4, inFlight: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] });
  await world.pass(25 * HOUR);
  const frames = billing.take();
  expect(gaps(frames)).toEqual(['1-3', '4-5']);
  expect(await world.state(billing)).toMatchObject({ next: 6, inFlight: [] });
  await world.pass(48 * HOUR);
  expect(billing.take()).toEqual([]);
  expect(world.wakeUps.pending).toEqual([]);
});

it('delivers no more than the window holds, and the rest as it is acked', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 3 });
  await shop.request(publish(10));
  expect(delivered(billing.take())).toEqual(['1:1', '2:1', '3:1']);
  await billing.request({ action: 'ack', queue: QUEUE, seqs: [2] });
  expect(delivered(billing.take())).toEqual(['4:1']);
  await billing.request({ action: 'ack', queue: QUEUE, upTo: 4 });
  const frames = billing.take();
  expect(joints(frames)).toEqual(['5-8']);
  await billing.request({ action: 'reject', queue: QUEUE, seqs: [5, 6] });
  expect(delivered(billing.take())).toEqual(['8:1', '9:1']);
});

it('gives what is new the place of what was nacked', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1 });
  await shop.request(publish(3));
  await billing.request({ action: 'nack', queue: QUEUE, seqs: [1], delay: 10 });
  expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
  await world.pass(10_000);
  expect(delivered(billing.take())).toEqual([]);
  await billing.request({ action: 'ack', queue: QUEUE, seqs: [2] });
  expect(delivered(billing.take())).toEqual(['1:2']);
  await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
  expect(delivered(billing.take())).toEqual(['3:1']);
});

it('goes on with what is new when more wait than fit the window, and one of them is settled', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1 });
  await shop.request(publish(3));
  for (const seq of [1, 2]) await billing.request({ action: 'nack', queue: QUEUE, seqs: [seq], delay: 900 });
  expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
  await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
  expect(delivered(billing.take())).toEqual(['3:1']);
});

it('delivers a nacked message when its delay is over, at once without one', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(2));
  billing.take();
  await billing.request({ action: 'nack', queue: QUEUE, seqs: [1], delay: 0 });
  expect(delivered(billing.take())).toEqual(['1:2']);
  await billing.request({ action: 'nack', queue: QUEUE, seqs: [2], delay: 10 });
  await world.pass(9_999);
  expect(delivered(billing.take())).toEqual([]);
  await world.pass(1);
  expect(delivered(billing.take())).toEqual(['2:2']);
});

it('waits with what is being worked on until the extended deadline', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(1));
  billing.take();
  await world.pass(20_000);
  await billing.request({ action: 'extend', queue: QUEUE, seqs: [1], seconds: 60 });
  await world.pass(59_999);
  expect(billing.take()).toEqual([]);
  await world.pass(1);
  expect(delivered(billing.take())).toEqual(['1:2']);
});

it('lets frames join up over messages that were not wanted, and stores the cursor only now and then', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, events: ['wanted'] });
  const key = { queue: QUEUE, shard: 0, client: billing.client };
  const cursors: (number | undefined)[] = [];
  const next = async () => (await world.ports.subscriptions.get(key, world.ports.clock.now()))?.next;
  for (let i = 0; i < 3; i++) {
    await shop.request(publish(40, 'other'));
    cursors.push(await next());
  }
  expect(cursors).toEqual([1, 1, 121]);
  await shop.request(publish(1, 'other'));
  await shop.request(publish(1, 'wanted'));
  expect(joints(billing.take())).toEqual(['1-123']);
  await shop.request(publish(5, 'other'));
  await shop.request(publish(1, 'wanted'));
  expect(joints(billing.take())).toEqual(['123-129']);
});

it('delivers thousands that were missed, in frames that join up', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1000 });
  await world.disconnect(billing);
  for (let i = 0; i < 12; i++) await shop.request(publish(100));
  const again = await world.connect('billing');
  const seqs: number[] = [];
  let joint = 1;
  for (let rounds = 0; rounds < 3; rounds++) {
    for (const { from, next, messages } of ofType(again.take(), 'messages')) {
      expect(from).toBe(joint);
      joint = next ?? 0;
      seqs.push(...messages.map(({ seq }) => seq));
    }
    await again.request({ action: 'ack', queue: QUEUE, upTo: joint - 1 });
  }
  expect(seqs).toEqual(Array.from({ length: 1200 }, (_, index) => index + 1));
});

it('delivers on request what is in flight, and leaves what is dead alone', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(3));
  await billing.request({ action: 'nack', queue: QUEUE, seqs: [2], delay: 900 });
  await billing.request({ action: 'reject', queue: QUEUE, seqs: [3] });
  billing.take();
  expect(await billing.request({ action: 'catchup', ref: '1' })).toEqual({
    type: 'catchup',
    ref: '1',
    redelivered: 2,
    backlog: 0,
  });
  expect(delivered(billing.take())).toEqual(['1:2', '2:2']);
});
