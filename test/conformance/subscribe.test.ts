import { expectJoined } from './continuity';
import { aClient, aQueue } from './fresh';
import { subscriptionOf } from './presence';
import { connect } from './wire';

it('answers with the events, where it begins, and that it is new', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const request = { action: 'subscribe', ref: '2', queue, events: ['add', 'delete'], from: 'new' };
  const reply = { type: 'subscribed', ref: '2', queue, events: ['add', 'delete'], created: true, next: 1, backlog: 0 };
  expect(await wire.answer(request)).toEqual(reply);
});

it('answers a subscribe without ref, without one', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  wire.send({ action: 'subscribe', queue });
  expect(await wire.next('subscribed')).toEqual({
    type: 'subscribed',
    queue,
    events: ['*'],
    created: true,
    next: 1,
    backlog: 0,
  });
});

it('delivers every event where none is named', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  await wire.publishAll(queue, ['add', 'delete', 'rename']);
  expect((await wire.receive(queue, 3)).map(({ event }) => event)).toEqual(['add', 'delete', 'rename']);
});

it('is harmless to repeat', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { events: ['add'], ackDeadline: 60 });
  await wire.publishAll(queue, ['add', 'add']);
  await wire.receive(queue, 2);
  const repeated = await wire.subscribe(queue, { events: ['add'], from: 'earliest' });
  expect(repeated).toMatchObject({ events: ['add'], created: false, next: 3, backlog: 0 });
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['3:1']);
  expect(await wire.ack(queue, 1, 2, 3)).toMatchObject({ settled: 3 });
});

it('counts an event that is added from now on, not from the backlog', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { next } = await wire.subscribe(queue, { events: ['add'], maxInFlight: 1 });
  await wire.publishAll(queue, ['add', 'delete', 'add']);
  const frames = await wire.deliveries(queue, 1);
  const widened = await wire.subscribe(queue, { events: ['delete'], maxInFlight: 10 });
  expect(widened).toMatchObject({ events: ['add', 'delete'], created: false });
  await wire.publishAll(queue, ['delete', 'add']);
  frames.push(...(await wire.deliveries(queue, 3)));
  const messages = frames.flatMap((frame) => frame.messages.map(({ seq, event }) => `${seq} ${event}`));
  expect(messages).toEqual(['1 add', '3 add', '4 delete', '5 add']);
  expect(expectJoined(frames, next)).toBe(6);
});

it('widens to every event from now on', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { events: ['add'], maxInFlight: 1 });
  await wire.publishAll(queue, ['add', 'delete', 'add']);
  await wire.receive(queue, 1);
  expect((await wire.subscribe(queue, { maxInFlight: 10 })).events).toContain('*');
  await wire.publishAll(queue, ['delete', 'rename']);
  const messages = await wire.receive(queue, 3);
  expect(messages.map(({ seq, event }) => `${seq} ${event}`)).toEqual(['3 add', '4 delete', '5 rename']);
});

it('keeps settings with the subscription and changes only those it names', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const settings = async () => (await subscriptionOf(wire, queue, wire.clientId))?.settings;
  await wire.subscribe(queue);
  expect(await settings()).toEqual({ ackDeadline: 30, maxDeliveries: 5, maxInFlight: 100 });
  await wire.subscribe(queue, { ackDeadline: 900 });
  expect(await settings()).toEqual({ ackDeadline: 900, maxDeliveries: 5, maxInFlight: 100 });
  await wire.subscribe(queue, { maxDeliveries: 0, maxInFlight: 1000 });
  expect(await settings()).toEqual({ ackDeadline: 900, maxDeliveries: 0, maxInFlight: 1000 });
  await wire.subscribe(queue, { events: ['add'] });
  expect(await settings()).toEqual({ ackDeadline: 900, maxDeliveries: 0, maxInFlight: 1000 });
});

it('misses nothing that is published while it subscribes', async () => {
  const queue = aQueue();
  const publisher = await connect();
  for (let round = 0; round < 3; round++) {
    const wire = await connect({ clientId: aClient() });
    const [{ next }, ...published] = await Promise.all([
      wire.subscribe(queue),
      ...Array.from({ length: 10 }, () => publisher.publish(queue, 'add')),
    ]);
    const last = Math.max(...published.map(({ seq }) => seq));
    if (next > last) continue;
    const frames = await wire.deliveries(queue, last - next + 1);
    expect(expectJoined(frames, next)).toBe(last + 1);
  }
});

it("leaves other clients' subscriptions of the queue alone", async () => {
  const queue = aQueue();
  const [billing, shipping] = await Promise.all([
    connect({ clientId: aClient('billing') }),
    connect({ clientId: aClient('shipping') }),
  ]);
  await billing.subscribe(queue, { events: ['paid'] });
  await shipping.subscribe(queue, { events: ['packed'] });
  await billing.publishAll(queue, ['paid', 'packed', 'paid']);
  expect(await billing.receiveAttempts(queue, 2)).toEqual(['1:1', '3:1']);
  expect(await shipping.receiveAttempts(queue, 1)).toEqual(['2:1']);
  await billing.ack(queue, 1, 3);
  expect(await shipping.ack(queue, 2)).toMatchObject({ settled: 1 });
});

it('refuses the 101st subscription of a client and keeps the others', async () => {
  const queues = Array.from({ length: 101 }, (_, index) => aQueue(`q${index}`));
  const wire = await connect({ clientId: aClient() });
  for (let made = 0; made < 100; made += 10)
    await Promise.all(queues.slice(made, made + 10).map((queue) => wire.subscribe(queue)));
  expect(await wire.refusal({ action: 'subscribe', queue: queues[100] })).toMatchObject({ type: 'error' });
  expect(await wire.subscribe(queues[0] ?? '', { events: ['more'] })).toMatchObject({ created: false });
  await wire.publish(queues[99] ?? '', 'add');
  expect(await wire.receiveAttempts(queues[99] ?? '', 1)).toEqual(['1:1']);
});

it('takes event names up to what a frame that tells them has room for', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const names = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `${from + index}`.padEnd(128, '漢'));
  await wire.request({ action: 'subscribe', queue, events: names(40) });
  const more = { action: 'subscribe', queue, events: names(10, 40) };
  expect(await wire.answer(more)).toMatchObject({ type: 'error', code: 'invalid', field: 'events' });
  expect(await wire.answer({ ...more, queue: `${queue}, other`, events: names(60) })).toMatchObject({
    field: 'events',
  });
  expect((await wire.list('subscriptions', { queue }))[0]).toMatchObject({ events: names(40) });
});
