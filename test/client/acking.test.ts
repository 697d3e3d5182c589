import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { aConnectedWorld, handling } from './fake/client';
import { answered, type Received } from './fake/server';
import { turn } from './fake/time';

/** As a subscription that did not exist before. */
const created = (request: Received): object | undefined =>
  request.action === 'subscribe'
    ? { type: 'subscribed', queue: request.queue, events: ['*'], created: true, next: 1, backlog: 0 }
    : answered(request);

it('gathers acks for a second and sends them as one', async () => {
  const world = await aConnectedWorld();
  await handling(world);
  world.server.last.deliver(1, 6);
  await world.time.pass(900);
  world.server.last.deliver(6, 8);
  expect(world.server.last.sent('ack')).toEqual([]);
  await world.time.pass(100);
  expect(world.server.last.sent('ack')).toEqual([{ action: 'ack', queue: 'orders', seqs: [1, 2, 3, 4, 5, 6, 7] }]);
});

it('waits no longer than a third of the ack deadline', async () => {
  const world = await aConnectedWorld();
  await handling(world, { ackDeadline: 1 });
  world.server.last.deliver(1, 2);
  await world.time.pass(333);
  expect(world.server.last.sent('ack')).toEqual([]);
  await world.time.pass(1);
  expect(world.server.last.sent('ack')).toHaveLength(1);
});

it('sends acks as soon as a quarter of the window is used', async () => {
  const world = await aConnectedWorld();
  await handling(world, { maxInFlight: 40 });
  world.server.last.deliver(1, 10);
  await turn();
  expect(world.server.last.sent('ack')).toEqual([]);
  world.server.last.deliver(10, 11);
  await turn();
  expect(world.server.last.sent('ack')).toHaveLength(1);
});

it('acks cumulatively where all that the subscription was ever given is handled', async () => {
  const world = await aConnectedWorld();
  world.server.answer = created;
  await handling(world);
  world.server.last.deliver(1, 6);
  await world.time.pass(1_000);
  expect(world.server.last.sent('ack')).toEqual([{ action: 'ack', queue: 'orders', upTo: 5 }]);
});

it('names each message where one before it is still being handled', async () => {
  const world = await aConnectedWorld();
  world.server.answer = created;
  await handling(world, { concurrency: 5, handle: (seq) => (seq === 3 ? new Promise(() => {}) : undefined) });
  world.server.last.deliver(1, 6);
  await world.time.pass(1_000);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1, 2, 4, 5] }]);
});

it('never acks cumulatively over a message that was nacked and waits', async () => {
  const world = await aConnectedWorld();
  world.server.answer = created;
  const handled = await handling(world, {
    handle: (seq) => {
      if (seq === 2) throw new Error('not now');
    },
  });
  world.server.last.deliver(1, 6);
  await world.time.pass(1_000);
  world.server.last.deliver(6, 9);
  await world.time.pass(1_000);
  expect(handled).toHaveLength(8);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1, 3, 4, 5] }, { seqs: [6, 7, 8] }]);
});

it('never acks cumulatively over a frame that has not come', async () => {
  const world = await aConnectedWorld();
  world.server.answer = created;
  await handling(world);
  world.server.last.deliver(1, 3);
  await world.time.pass(500);
  world.server.last.deliver(5, 7);
  await world.time.pass(3_000);
  expect(world.server.last.sent('ack')).toMatchObject([{ upTo: 2 }, { seqs: [5, 6] }]);
});

it('never acks cumulatively where messages were lost on their way and delivered again', async () => {
  const world = await aConnectedWorld();
  world.server.answer = created;
  await handling(world);
  world.server.last.deliver(1, 3);
  await world.time.pass(1_000);
  world.server.last.redeliver(2, 3);
  world.server.last.deliver(4, 6);
  await world.time.pass(1_000);
  expect(world.server.last.sent('ack')).toMatchObject([{ upTo: 2 }, { seqs: [3, 4, 5] }]);
});

it('never acks cumulatively where a message may die of its first delivery, and be redriven unseen', async () => {
  const world = await aConnectedWorld();
  world.server.answer = created;
  await handling(world, { maxDeliveries: 1 });
  world.server.last.deliver(1, 3);
  await world.time.pass(1_000);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1, 2] }]);
});

it('flushes acks when it is closed, and waits until the server has them', async () => {
  const world = await aConnectedWorld();
  await handling(world);
  world.server.last.deliver(1, 4);
  await turn();
  world.server.answer = () => undefined;
  let isClosed = false;
  const closing = world.holdfast.close().then(() => (isClosed = true));
  await turn();
  const [ack] = world.server.last.sent('ack');
  expect(ack).toMatchObject({ seqs: [1, 2, 3], ref: expect.any(String) });
  expect(isClosed).toBe(false);
  world.server.last.say({ type: 'acked', ref: ack?.ref, queue: 'orders', settled: 3, inFlight: 0, backlog: 0 });
  await closing;
  expect(world.server.last.isClosed).toBe(true);
});

it('has an ack answered that it had sent before it was told to flush', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  await handling(world);
  world.server.last.deliver(1, 3);
  await turn();
  await world.holdfast.flush();
  await world.holdfast.flush();
  expect(world.server.last.sent('ack')).toEqual([
    { action: 'ack', queue: 'orders', seqs: [1] },
    { action: 'ack', queue: 'orders', seqs: [2] },
    { action: 'ack', queue: 'orders', seqs: [2], ref: expect.any(String) },
  ]);
});

it('closes after five seconds though the server does not answer', async () => {
  const world = await aConnectedWorld();
  await handling(world);
  world.server.last.deliver(1, 4);
  await turn();
  world.server.answer = () => undefined;
  const closing = world.holdfast.close();
  await world.time.pass(5_000);
  await closing;
  expect(world.holdfast.state).toBe('closed');
});

it('lets handlers finish, and acks what they did, when it is closed', async () => {
  const world = await aConnectedWorld();
  let finish = () => {};
  await handling(world, { handle: () => new Promise<void>((resolve) => (finish = resolve)) });
  world.server.last.deliver(1, 3);
  await turn();
  const closing = world.holdfast.close();
  await turn();
  expect(world.server.last.isClosed).toBe(false);
  finish();
  await closing;
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1] }]);
});

it('stops a handler, and has what it did acked', async () => {
  const world = await aConnectedWorld();
  const consumption = await world.holdfast.consume('orders', {}, () => undefined);
  world.server.last.deliver(1, 3);
  await turn();
  await consumption.stop();
  await consumption.done;
  world.server.last.deliver(3, 4);
  await turn();
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1, 2] }]);
});

it('keeps nothing of what a message says once it is settled, whose number it remembers', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const world = await aConnectedWorld();
  const contents: WeakRef<object>[] = [];
  await world.holdfast.consume('orders', {}, ({ headers }) => contents.push(new WeakRef(headers)));
  world.server.last.deliver(1, 101);
  await world.time.pass(1_000);
  expect(contents).toHaveLength(100);
  collect();
  // The last may be on the stack still.
  expect(contents.filter((content) => content.deref() !== undefined).length).toBeLessThan(5);
});
