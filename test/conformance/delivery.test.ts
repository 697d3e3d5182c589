import { itNeeds } from './capabilities';
import { expectJoined } from './continuity';
import { aClient, aQueue, aText, aTime } from './fresh';
import { leave } from './presence';
import { connect } from './wire';

it('delivers a message with everything that is known of it', async () => {
  const queue = aQueue();
  const [subscriber, shop] = await Promise.all([
    connect({ clientId: aClient('billing') }),
    connect({ clientId: aClient('shop') }),
  ]);
  await subscriber.subscribe(queue);
  const before = Date.now();
  const headers = { traceparent: '00-4bf92f-00f067-01' };
  await shop.request({ action: 'publish', queue, event: 'add', payload: { id: 7 }, headers, id: 'order-7' });
  const [frame] = await subscriber.deliveries(queue, 1);
  expect(frame).toEqual({
    type: 'messages',
    queue,
    from: 1,
    next: 2,
    messages: [
      {
        seq: 1,
        id: 'order-7',
        event: 'add',
        payload: { id: 7 },
        headers,
        publisher: shop.clientId,
        publishedAt: aTime,
        attempt: 1,
      },
    ],
  });
  const publishedAt = Date.parse(frame?.messages[0]?.publishedAt ?? '');
  // The target's clock and this one may differ by a little.
  expect(Math.abs(publishedAt - before)).toBeLessThan(60_000);
});

it('delivers to a publisher what it subscribed itself', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const { id } = await wire.publish(queue, 'add', 1);
  expect(await wire.receive(queue, 1)).toMatchObject([{ id, publisher: wire.clientId, publishedAt: aTime }]);
  expect(id).toEqual(aText);
});

it('delivers each message of a queue to each of its subscribers', async () => {
  const queue = aQueue();
  const subscribers = await Promise.all([1, 2, 3].map(() => connect({ clientId: aClient() })));
  await Promise.all(subscribers.map((wire) => wire.subscribe(queue)));
  const publisher = await connect();
  await publisher.publishAll(queue, ['add', 'delete']);
  for (const wire of subscribers) expect(await wire.receiveAttempts(queue, 2)).toEqual(['1:1', '2:1']);
});

it('joins frames by from and next over messages that the subscription does not want', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { next } = await wire.subscribe(queue, { events: ['wanted'] });
  const frames = [];
  for (const events of [['other', 'wanted'], ['other', 'other'], ['wanted'], ['other', 'wanted', 'other']]) {
    await wire.publishAll(queue, events);
    if (events.includes('wanted')) frames.push(...(await wire.deliveries(queue, 1)));
  }
  await wire.publish(queue, 'wanted');
  frames.push(...(await wire.deliveries(queue, 1)));
  expect(frames.flatMap(({ messages }) => messages.map(({ seq }) => seq))).toEqual([2, 5, 7, 9]);
  expect(expectJoined(frames, next)).toBe(10);
});

it('delivers hundreds in order, each once', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { next } = await wire.subscribe(queue, { maxInFlight: 1000 });
  for (let batch = 0; batch < 5; batch++) await wire.publishAll(queue, Array(60).fill('add'));
  const frames = await wire.deliveries(queue, 300);
  const seqs = frames.flatMap(({ messages }) => messages.map(({ seq }) => seq));
  expect(seqs).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
  expect(expectJoined(frames, next)).toBe(301);
});

itNeeds('arrivalOrder')('delivers frames in the order in which they join up', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxInFlight: 1000 });
  for (let batch = 0; batch < 10; batch++) await wire.publishAll(queue, Array(20).fill('add'));
  await wire.deliveries(queue, 200);
  const arrived = wire.received.flatMap((frame) => (frame.type === 'messages' ? [frame.from ?? 0] : []));
  expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
});

it('splits what does not fit one frame of 32 KB', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  const { next } = await first.subscribe(queue);
  await leave(first, queue);
  const publisher = await connect();
  const payload = '漢'.repeat(5_000);
  for (let i = 0; i < 5; i++) await publisher.publish(queue, 'add', payload);
  const second = await connect({ clientId });
  const frames = await second.deliveries(queue, 5);
  expect(frames.length).toBeGreaterThanOrEqual(3);
  expect(expectJoined(frames, next)).toBe(6);
  expect(frames.every(({ messages }) => messages.every((message) => message.payload === payload))).toBe(true);
});

it('leaves the queues of others alone', async () => {
  const [queue, other] = [aQueue(), aQueue()];
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const publisher = await connect();
  await publisher.publish(other, 'add');
  await publisher.publish(queue, 'add');
  await wire.receive(queue, 1);
  expect(wire.received.filter(({ type }) => type === 'messages')).toHaveLength(1);
});
