import { expectJoined } from './continuity';
import { aClient, aQueue } from './fresh';
import { eventually } from './patience';
import { leave } from './presence';
import { connect } from './wire';

it('delivers unasked what was missed, after the welcome, in order', async () => {
  const queue = aQueue('Database Events');
  const clientId = aClient();
  const first = await connect({ clientId });
  const { next } = await first.subscribe(queue, { events: ['add', 'delete'] });
  await leave(first, queue);
  const publisher = await connect();
  await publisher.publishAll(queue, ['add', 'rename', 'delete']);
  await publisher.publish(queue, 'add');
  const second = await connect({ clientId });
  expect(second.received[0]).toMatchObject({
    type: 'welcome',
    subscriptions: [{ queue, events: ['add', 'delete'], inFlight: 0, backlog: 4 }],
  });
  const frames = await second.deliveries(queue, 3);
  const messages = frames.flatMap((frame) => frame.messages.map(({ seq, attempt }) => `${seq}:${attempt}`));
  expect(messages).toEqual(['1:1', '3:1', '4:1']);
  expect(expectJoined(frames, next)).toBe(5);
});

it('delivers nothing again that was acked, and everything that was not', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue, { maxInFlight: 3 });
  await first.publishAll(queue, ['add', 'add', 'add', 'add', 'add']);
  await first.receive(queue, 3);
  await first.ack(queue, 1);
  await first.receive(queue, 1);
  await leave(first, queue);
  const second = await connect({ clientId });
  expect(await second.receiveAttempts(queue, 3)).toEqual(['2:2', '3:2', '4:2']);
  await second.request({ action: 'ack', queue, upTo: 4 });
  expect(await second.receiveAttempts(queue, 1)).toEqual(['5:1']);
});

it('catches up in many windows', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  const { next } = await first.subscribe(queue, { maxInFlight: 10 });
  await leave(first, queue);
  const publisher = await connect();
  await publisher.publishAll(queue, Array(45).fill('add'));
  const second = await connect({ clientId });
  const frames = [];
  for (let received = 0; received < 45; ) {
    const more = await second.deliveries(queue, Math.min(10, 45 - received));
    frames.push(...more);
    received += more.reduce((sum, frame) => sum + frame.messages.length, 0);
    await second.request({ action: 'ack', queue, upTo: received });
  }
  expect(expectJoined(frames, next)).toBe(46);
  expect(frames.flatMap(({ messages }) => messages.map(({ payload }) => payload))).toEqual(
    Array.from({ length: 45 }, (_, index) => index + 1),
  );
});

it('goes on live where catching up ends', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  const { next } = await first.subscribe(queue);
  await leave(first, queue);
  const publisher = await connect();
  await publisher.publishAll(queue, Array(30).fill('missed'));
  const [second] = await Promise.all([
    connect({ clientId }),
    ...Array.from({ length: 5 }, () => publisher.publish(queue, 'live')),
  ]);
  const frames = await second.deliveries(queue, 35);
  expect(expectJoined(frames, next)).toBe(36);
});

it('catches up with several queues', async () => {
  const queues = [aQueue('a'), aQueue('b')] as const;
  const clientId = aClient();
  const first = await connect({ clientId });
  for (const queue of queues) await first.subscribe(queue);
  await leave(first, queues[0]);
  const publisher = await connect();
  for (const queue of queues) await publisher.publishAll(queue, ['add', 'add']);
  const second = await connect({ clientId });
  for (const queue of queues) expect(await second.receiveAttempts(queue, 2)).toEqual(['1:1', '2:1']);
});

it('keeps settings, events and cursor over an absence', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue, { events: ['add'], ackDeadline: 77, maxDeliveries: 7, maxInFlight: 17 });
  await first.publish(queue, 'add');
  await first.receive(queue, 1);
  await first.ack(queue, 1);
  const observer = await connect();
  const [before] = await observer.list('subscriptions', { queue });
  await leave(first, queue);
  expect(await observer.list('subscriptions', { queue })).toEqual([{ ...before, connected: false }]);
  await connect({ clientId });
  const back = () => observer.list('subscriptions', { queue });
  expect(await eventually(back, ([item]) => item?.connected === true)).toEqual([before]);
});

it('takes, on a new connection, the ack of what an old one was delivered', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue);
  await first.publishAll(queue, ['add', 'add']);
  await first.receive(queue, 2);
  await leave(first, queue);
  const second = await connect({ clientId });
  expect(await second.ack(queue, 1, 2)).toMatchObject({ settled: 2, inFlight: 0 });
});

it('loses nothing, and repeats nothing that was acked, over connections that break', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const [first, publisher] = await Promise.all([connect({ clientId }), connect()]);
  await first.subscribe(queue, { maxInFlight: 10, maxDeliveries: 0 });
  first.drop();
  const publishing = Promise.all([1, 2, 3, 4].map(() => publisher.publishAll(queue, Array(10).fill('add'))));
  const acked = new Set<number>();
  while (acked.size < 40) {
    const wire = await connect({ clientId });
    const seqs = (await wire.receive(queue, 1)).map(({ seq }) => seq);
    expect(seqs.filter((seq) => acked.has(seq))).toEqual([]);
    await wire.ack(queue, ...seqs);
    for (const seq of seqs) acked.add(seq);
    wire.drop();
  }
  await publishing;
  const observer = await connect();
  const subscriptions = await observer.list('subscriptions', { queue });
  expect(subscriptions).toMatchObject([{ next: 41, inFlight: 0, backlog: 0, dead: 0 }]);
});

it('attaches a hundred subscriptions of one client at once, and delivers what each has missed', async () => {
  const clientId = aClient();
  const [first, publisher] = await Promise.all([connect({ clientId }), connect()]);
  const queues = Array.from({ length: 100 }, () => aQueue('q'));
  const inTens = async (work: (queue: string) => Promise<unknown>) => {
    for (let from = 0; from < queues.length; from += 10) await Promise.all(queues.slice(from, from + 10).map(work));
  };
  await inTens((queue) => first.subscribe(queue));
  expect(await first.refusal({ action: 'subscribe', queue: aQueue() })).toMatchObject({
    code: 'invalid',
    field: 'queue',
  });
  await leave(first, queues.at(-1) ?? '');
  await inTens((queue) => publisher.publish(queue, 'add'));
  const second = await connect({ clientId });
  expect(second.welcome.subscriptions).toHaveLength(100);
  expect(second.welcome.subscriptions.every(({ backlog }) => backlog === 1)).toBe(true);
  for (const queue of queues) expect(await second.receiveAttempts(queue, 1)).toEqual(['1:1']);
  await inTens((queue) => second.ack(queue, 1));
});
