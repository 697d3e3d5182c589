import { aConnectedWorld, handling } from './fake/client';
import { turn } from './fake/time';

/** Cuts the connection and lets the client make the next. */
async function reconnect({ server, time }: Awaited<ReturnType<typeof aConnectedWorld>>, welcome: object = {}) {
  server.last.hangUp();
  await time.pass(1_000);
  server.last.welcome({ subscriptions: [{ queue: 'orders', events: ['*'], inFlight: 0, backlog: 0 }], ...welcome });
}

it('puts frames into order that overtook each other on their way', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 3);
  world.server.last.deliver(5, 7);
  world.server.last.deliver(3, 5);
  await turn();
  expect(handled).toEqual(['1:1', '2:1', '3:1', '4:1', '5:1', '6:1']);
});

it('joins frames over messages that the subscription does not want', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 10, [2]);
  world.server.last.deliver(10, 20, [17]);
  await turn();
  expect(handled).toEqual(['2:1', '17:1']);
});

it('goes on after a second without a frame that does not come', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 3);
  world.server.last.deliver(5, 7);
  await world.time.pass(999);
  expect(handled).toEqual(['1:1', '2:1']);
  await world.time.pass(1);
  expect(handled).toEqual(['1:1', '2:1', '5:1', '6:1']);
  world.server.last.redeliver(2, 3, 4);
  await turn();
  expect(handled.slice(4)).toEqual(['3:2', '4:2']);
});

it('does not wait where redeliveries have filled in what a broken connection lost', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 3);
  await turn();
  // 3 and 4 were sent and lost.
  await reconnect(world);
  world.server.last.redeliver(2, 3, 4);
  world.server.last.deliver(5, 6);
  await turn();
  expect(handled).toEqual(['1:1', '2:1', '3:2', '4:2', '5:1']);
});

it('waits on a new connection too for a frame that was overtaken', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 3);
  await turn();
  await reconnect(world);
  world.server.last.deliver(5, 6);
  world.server.last.deliver(3, 5);
  await turn();
  expect(handled).toEqual(['1:1', '2:1', '3:1', '4:1', '5:1']);
});

it('acks again, and does not handle again, what was handled when the connection broke', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 4);
  await turn();
  await reconnect(world);
  // The acks had been gathered, and go out first thing.
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1, 2, 3] }]);
  // They crossed the redelivery.
  world.server.last.redeliver(2, 1, 2, 3);
  await world.time.pass(1_000);
  expect(handled).toEqual(['1:1', '2:1', '3:1']);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1, 2, 3] }, { seqs: [1, 2, 3] }]);
});

it('does not handle again what a crashed server has forgotten the ack of', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  const handled = await handling(world);
  world.server.last.deliver(1, 4);
  await turn();
  await reconnect(world);
  world.server.last.deliver(2, 5);
  await turn();
  expect(handled).toEqual(['1:1', '2:1', '3:1', '4:1']);
  expect(world.server.last.sent('ack').map(({ seqs }) => seqs)).toEqual([[2], [3], [4]]);
});

it('goes on with a message whose connection was lost while it was handled, and acks it on the next', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  let finish = () => {};
  const handled = await handling(world, { handle: () => new Promise<void>((resolve) => (finish = resolve)) });
  world.server.last.deliver(1, 2);
  await turn();
  await reconnect(world);
  world.server.last.redeliver(2, 1);
  await turn();
  finish();
  await turn();
  expect(handled).toEqual(['1:1']);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1] }]);
});

it('hands out once what waited here for its turn when it was delivered again', async () => {
  const world = await aConnectedWorld();
  const finished: (() => void)[] = [];
  const handled = await handling(world, { handle: () => new Promise<void>((resolve) => finished.push(resolve)) });
  world.server.last.deliver(1, 3);
  await turn();
  await reconnect(world);
  world.server.last.redeliver(2, 1, 2);
  for (let done = 0; done < 2; done++) {
    finished.shift()?.();
    await turn();
  }
  expect(handled).toEqual(['1:1', '2:2']);
});

it('nacks with as much of a long error as a server keeps, and no half of a character', async () => {
  const world = await aConnectedWorld();
  await handling(world, {
    handle: () => {
      throw new Error(`${'x'.repeat(255)}😀`);
    },
  });
  world.server.last.deliver(1, 2);
  await turn();
  expect(world.server.last.sent('nack')).toMatchObject([{ reason: 'x'.repeat(255) }]);
});

it.each([
  ['an error whose message is an object', () => Object.assign(new Error(), { message: { told: 'oddly' } })],
  ['an error whose message is undefined', () => Object.assign(new Error(), { message: undefined })],
  ['what has no form as text', () => Object.create(null)],
])('nacks a message at which the handler throws %s, and goes on', async (_what, odd) => {
  const { holdfast, server } = await aConnectedWorld();
  const failed: number[] = [];
  holdfast.on('failed', ({ message }) => failed.push(message.seq));
  const handled: number[] = [];
  const consumption = await holdfast.consume('orders', {}, ({ seq }) => {
    handled.push(seq);
    if (seq === 1) throw odd();
  });
  server.last.deliver(1, 3);
  await turn();
  expect(handled).toEqual([1, 2]);
  expect(failed).toEqual([1]);
  expect(server.last.sent('nack')).toMatchObject([{ seqs: [1], reason: expect.any(String) }]);
  await consumption.stop();
});

it('handles a nacked message again when it comes back', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world, {
    handle: (seq) => {
      if (handled.length === 1) throw new Error(`${seq} is too hot`);
    },
  });
  world.server.last.deliver(1, 2);
  await turn();
  expect(world.server.last.sent('nack')).toMatchObject([{ queue: 'orders', seqs: [1], reason: '1 is too hot' }]);
  world.server.last.redeliver(2, 1);
  await turn();
  expect(handled).toEqual(['1:1', '1:2']);
});

it('rejects again what is delivered again because its reject was lost', async () => {
  const world = await aConnectedWorld();
  const orders = world.holdfast.subscribe('orders');
  const next = orders.next();
  world.server.last.deliver(1, 2);
  const { value } = await next;
  world.server.last.hangUp();
  value?.reject('malformed');
  await world.time.pass(1_000);
  world.server.last.welcome({ subscriptions: [{ queue: 'orders', events: ['*'], inFlight: 1, backlog: 0 }] });
  world.server.last.redeliver(2, 1);
  await turn();
  expect(world.server.last.sent('reject')).toMatchObject([{ seqs: [1], reason: 'malformed' }]);
});

it('does not hand out what another connection of the client has settled meanwhile', async () => {
  const world = await aConnectedWorld();
  const finished: (() => void)[] = [];
  const handled = await handling(world, { handle: () => new Promise<void>((resolve) => finished.push(resolve)) });
  world.server.last.deliver(1, 4);
  world.server.last.say({ type: 'settled', queue: 'orders', seqs: [2] });
  await turn();
  finished.shift()?.();
  await turn();
  expect(handled).toEqual(['1:1', '3:1']);
});

it('handles anew what a cursor that was moved back delivers on the same connection', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world);
  world.server.last.deliver(1, 4);
  await turn();
  world.server.last.deliver(2, 5);
  await turn();
  expect(handled).toEqual(['1:1', '2:1', '3:1', '2:1', '3:1', '4:1']);
});

it('handles a dead letter that is redriven on the connection that it died on', async () => {
  const world = await aConnectedWorld();
  const handled = await handling(world, {
    maxDeliveries: 1,
    handle: () => {
      if (handled.length === 1) throw new Error('no');
    },
  });
  world.server.last.deliver(1, 2);
  await turn();
  world.server.last.redeliver(1, 1);
  await turn();
  expect(handled).toEqual(['1:1', '1:1']);
});

it('tells of gaps', async () => {
  const { holdfast, server } = await aConnectedWorld();
  const gaps: unknown[] = [];
  holdfast.on('gap', (gap) => gaps.push(gap));
  server.last.say({ type: 'gap', queue: 'orders', from: 3, to: 9, reason: 'expired' });
  expect(gaps).toEqual([{ queue: 'orders', from: 3, to: 9 }]);
});

it('keeps what comes before anybody here has subscribed, and hands it out then', async () => {
  const world = await aConnectedWorld();
  const unclaimed: unknown[] = [];
  world.holdfast.on('unclaimed', (event) => unclaimed.push(event));
  world.server.last.deliver(1, 3);
  const handled = await handling(world);
  await world.time.pass(10_000);
  expect(handled).toEqual(['1:1', '2:1']);
  expect(unclaimed).toEqual([]);
});

it('tells once of an event that nobody here subscribes to, and lets go of its messages when their time is over', async () => {
  const world = await aConnectedWorld();
  const unclaimed: unknown[] = [];
  world.holdfast.on('unclaimed', (event) => unclaimed.push(event));
  await handling(world, { events: ['cancelled'] });
  world.server.last.deliver(1, 3);
  await world.time.pass(100_000);
  expect(unclaimed).toEqual([{ queue: 'orders', event: 'created' }]);
  expect(world.server.last.sent('extend')).toEqual([]);
  world.server.last.redeliver(2, 1, 2);
  const handled = await handling(world);
  await turn();
  expect(handled).toEqual(['1:2', '2:2']);
});

it('asks for more time while a handler runs, and for what waits behind it, up to its limit', async () => {
  const world = await aConnectedWorld({ heartbeat: 1_000 });
  await handling(world, { ackDeadline: 30, maxExtension: 120, handle: () => new Promise(() => {}) });
  world.server.last.deliver(1, 3);
  await world.time.pass(300_000);
  const extended = world.server.last.sent('extend');
  expect(extended[0]).toMatchObject({ queue: 'orders', seqs: [1, 2], seconds: 30 });
  // Every 20 of 30 seconds, for less than 120.
  expect(extended).toHaveLength(5);
});

it('goes by the ack deadline in force where the server refused another', async () => {
  const world = await aConnectedWorld();
  await handling(world, { handle: () => new Promise(() => {}) });
  world.server.answer = () => ({ type: 'error', code: 'invalid', message: 'at most 900', retryable: false });
  const refused = world.holdfast.consume('orders', { ackDeadline: 5_000 }, () => undefined);
  await expect(refused).rejects.toMatchObject({ code: 'invalid' });
  world.server.last.deliver(1, 2);
  await world.time.pass(29_000);
  expect(world.server.last.sent('extend')).toMatchObject([{ seqs: [1], seconds: 30 }]);
});

it.each([
  ['while the server has not answered', false],
  ['where it was called off, since it may be granted all the same', true],
])('goes by an ack deadline that is shorter %s', async (_when, isCalledOff) => {
  const world = await aConnectedWorld();
  await handling(world, { handle: () => new Promise(() => {}) });
  world.server.answer = () => undefined;
  const aborting = new AbortController();
  for (const ackDeadline of [3, 0.5])
    world.holdfast.consume('orders', { ackDeadline, signal: aborting.signal }, () => undefined).catch(() => undefined);
  await turn();
  if (isCalledOff) aborting.abort();
  await turn();
  world.server.last.deliver(1, 2);
  await world.time.pass(2_900);
  expect(world.server.last.sent('extend')).toMatchObject([{ seqs: [1], seconds: 3 }]);
});

it('asks for no time for what is handled soon', async () => {
  const world = await aConnectedWorld();
  await handling(world);
  world.server.last.deliver(1, 3);
  await world.time.pass(100_000);
  expect(world.server.last.sent('extend')).toEqual([]);
});

it('sends what a program says of a message', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  await world.holdfast.consume('orders', {}, (message) => {
    if (message.seq === 1) message.extend(60);
    if (message.seq === 2) message.nack({ delay: 10, reason: 'later' });
    if (message.seq === 3) message.ack();
    message.ack();
    message.reject('nothing happens, for it is settled');
  });
  world.server.last.deliver(1, 4);
  await turn();
  const said = world.server.last.received.filter(({ action }) => ['extend', 'nack', 'ack', 'reject'].includes(action));
  expect(said).toEqual([
    { action: 'extend', queue: 'orders', seqs: [1], seconds: 60 },
    { action: 'ack', queue: 'orders', seqs: [1] },
    { action: 'nack', queue: 'orders', seqs: [2], delay: 10, reason: 'later' },
    { action: 'ack', queue: 'orders', seqs: [3] },
  ]);
});

it('acks nothing while a loop is busy, so that the server stops at the window', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  const orders = world.holdfast.subscribe('orders');
  const first = orders.next();
  world.server.last.deliver(1, 101);
  await first;
  await world.time.pass(1_000);
  expect(world.server.last.sent('ack')).toEqual([]);
  void orders.next();
  await turn();
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1] }]);
});

it('ends a loop with the reason of its signal, and leaves what it has not handed out to the next', async () => {
  const world = await aConnectedWorld();
  const aborting = new AbortController();
  const loop = world.holdfast.subscribe('orders', { signal: aborting.signal }).next();
  aborting.abort(new Error('enough'));
  await expect(loop).rejects.toThrow('enough');
  world.server.last.deliver(1, 2);
  expect(await world.holdfast.subscribe('orders').next()).toMatchObject({ value: { seq: 1 } });
});

it('ends its loops when it is closed', async () => {
  const { holdfast } = await aConnectedWorld();
  const loop = holdfast.subscribe('orders').next();
  await holdfast.close();
  expect(await loop).toEqual({ done: true, value: undefined });
});

it('hands out nothing of what it held when it was closed', async () => {
  const { holdfast, server } = await aConnectedWorld();
  server.last.deliver(1, 3);
  await holdfast.close();
  const handled: number[] = [];
  const late = holdfast.consume('orders', {}, ({ seq }) => handled.push(seq));
  await expect(late).rejects.toMatchObject({ code: 'closed' });
  expect(handled).toEqual([]);
});

it('tells a loop what the server refused', async () => {
  const { holdfast, server } = await aConnectedWorld();
  server.answer = () => ({ type: 'error', code: 'forbidden', message: 'not yours', retryable: false });
  const orders = holdfast.subscribe('orders');
  await expect(orders.next()).rejects.toMatchObject({ name: 'Forbidden', code: 'forbidden', message: 'not yours' });
  await expect(holdfast.consume('orders', {}, () => undefined)).rejects.toMatchObject({ code: 'forbidden' });
});
