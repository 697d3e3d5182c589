import type { ConnectOptions } from '../../client';
import { aConnectedWorld, handling, type World } from './fake/client';
import { answered, type Received } from './fake/server';
import { turn } from './fake/time';

const noHandling = () => undefined;

/** Cuts the connection, and lets the client make the next, which finds no subscription. */
async function reconnect({ server, time }: World): Promise<void> {
  const before = server.sockets.length;
  server.last.hangUp();
  while (server.sockets.length === before) await time.pass(100);
  server.last.welcome();
  await turn();
}

const refusal = (code: string, fields: object = {}) => ({
  type: 'error',
  code,
  message: 'so it is',
  retryable: ['unavailable', 'rate_limited'].includes(code),
  ...fields,
});

/** A client whose subscription ends with its connection, and is refused when it is to be made again. */
async function aRefusedWorld(answer: object, options: ConnectOptions = {}): Promise<World & { errors: string[] }> {
  const world = await aConnectedWorld({ clientId: undefined, ...options });
  const errors: string[] = [];
  world.holdfast.on('error', ({ code }) => errors.push(code));
  const { server } = world;
  await handling(world);
  server.last.deliver(1, 4);
  server.answer = (request) => (request.action === 'subscribe' ? answer : answered(request));
  await reconnect(world);
  return { ...world, errors };
}

it('asks for nothing again that the server has refused', async () => {
  const world = await aConnectedWorld();
  const { holdfast, server } = world;
  await holdfast.consume('orders', { events: ['created'], ackDeadline: 60 }, noHandling);
  server.answer = () => refusal('forbidden');
  const refused = holdfast.consume('orders', { events: ['secret'], from: 'earliest', maxInFlight: 5_000 }, noHandling);
  await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
  server.answer = answered;
  await reconnect(world);
  expect(server.last.sent('subscribe')).toEqual([
    { action: 'subscribe', ref: expect.any(String), queue: 'orders', events: ['created'], ackDeadline: 60 },
  ]);
});

it('asks again for all that was granted', async () => {
  const world = await aConnectedWorld();
  const { holdfast, server } = world;
  await holdfast.consume('orders', { events: ['created'], ackDeadline: 60, from: 'earliest' }, noHandling);
  await holdfast.consume('orders', { events: ['cancelled'], ackDeadline: 90, maxInFlight: 10 }, noHandling);
  await reconnect(world);
  expect(server.last.sent('subscribe')).toMatchObject([
    { events: ['created', 'cancelled'], ackDeadline: 90, maxInFlight: 10, from: 'earliest' },
  ]);
});

it('tries with growing pauses, and tells once, where a subscription cannot be made again yet', async () => {
  const { server, time, errors } = await aRefusedWorld(refusal('unavailable'));
  const pauses: number[] = [];
  for (let tries = 1; tries <= 3; tries++) {
    const began = time.now();
    while (server.last.sent('subscribe').length === tries) await time.pass(100);
    pauses.push(time.now() - began);
  }
  server.answer = answered;
  await time.pass(60_000);
  // Half of each span, as chance is 0.5.
  expect(pauses).toEqual([500, 1_000, 2_000]);
  expect(server.last.sent('subscribe').slice(1)).toMatchObject(Array(4).fill({ queue: 'orders', from: { seq: 4 } }));
  expect(errors).toEqual(['unavailable']);
});

it('waits as long as the server says before it subscribes again', async () => {
  const { server, time } = await aRefusedWorld(refusal('rate_limited', { retryAfter: 7 }));
  await time.pass(6_999);
  expect(server.last.sent('subscribe')).toHaveLength(1);
  await time.pass(1);
  expect(server.last.sent('subscribe')).toHaveLength(2);
});

it('leaves it to the next connection where this one ends meanwhile', async () => {
  const world = await aRefusedWorld(refusal('unavailable'));
  const { server, time } = world;
  server.answer = answered;
  server.last.hangUp();
  await time.pass(30_000);
  server.last.welcome({ subscriptions: [{ queue: 'orders', events: ['*'], inFlight: 0, backlog: 0 }] });
  await time.pass(60_000);
  expect(server.last.sent('subscribe')).toEqual([]);
});

it('tries no more when it was closed, or nobody wants the messages any more', async () => {
  const stopped = await aConnectedWorld();
  const consumption = await stopped.holdfast.consume('orders', {}, noHandling);
  stopped.server.answer = () => refusal('unavailable');
  await reconnect(stopped);
  await consumption.stop();
  const closed = await aRefusedWorld(refusal('unavailable'));
  await closed.holdfast.close();
  for (const { server, time } of [stopped, closed]) {
    await time.pass(60_000);
    expect(server.last.sent('subscribe')).toHaveLength(1);
  }
});

it('ends the consumers of a queue whose subscription is refused for good when it is to be made again', async () => {
  const world = await aConnectedWorld({ clientId: undefined });
  const { holdfast, server } = world;
  const errors: string[] = [];
  holdfast.on('error', ({ code }) => errors.push(code));
  const { done } = await holdfast.consume('orders', {}, noHandling);
  const next = holdfast.subscribe('orders', { events: ['created'] }).next();
  const other = await holdfast.consume('refunds', {}, noHandling);
  server.answer = (request) => (request.queue === 'orders' ? refusal('forbidden') : answered(request));
  await Promise.all([
    expect(done).rejects.toMatchObject({ code: 'forbidden' }),
    expect(next).rejects.toMatchObject({ code: 'forbidden' }),
    reconnect(world),
  ]);
  expect(errors).toEqual(['forbidden']);
  expect(holdfast.state).toBe('open');
  await other.stop();
  await other.done;
});

it('subscribes afresh after a refusal: to nothing of what was refused', async () => {
  const world = await aRefusedWorld(refusal('forbidden'));
  const { holdfast, server } = world;
  server.answer = answered;
  await holdfast.consume('orders', { events: ['created'] }, noHandling);
  await reconnect(world);
  expect(server.last.sent('subscribe').map(({ events }) => events)).toEqual([['created']]);
});

it('makes no subscription again that the program has ended', async () => {
  const world = await aConnectedWorld();
  const { holdfast, server } = world;
  await holdfast.consume('orders', {}, noHandling);
  await holdfast.request({ action: 'unsubscribe', queue: 'orders' });
  await reconnect(world);
  expect(server.last.sent('subscribe')).toEqual([]);
});

it('asks again only for the events that are left after an unsubscribe', async () => {
  const world = await aConnectedWorld();
  const { holdfast, server } = world;
  await holdfast.consume('orders', { events: ['created', 'cancelled'] }, noHandling);
  const left = (events: string[]) => (request: Received) =>
    request.action === 'unsubscribe' ? { type: 'unsubscribed', queue: 'orders', events } : answered(request);
  server.answer = left(['created', 'of another program']);
  await holdfast.request({ action: 'unsubscribe', queue: 'orders', events: ['cancelled'] });
  await reconnect(world);
  expect(server.last.sent('subscribe').map(({ events }) => events)).toEqual([['created']]);
  server.answer = left(['of another program']);
  await holdfast.request({ action: 'unsubscribe', queue: 'orders', events: ['created'] });
  await reconnect(world);
  expect(server.last.sent('subscribe')).toEqual([]);
});

describe('A queue that was unsubscribed from and is subscribed to anew', () => {
  const createdAt = (next: number) => (request: Received) =>
    request.action === 'subscribe'
      ? { type: 'subscribed', queue: 'orders', events: ['*'], created: true, next, backlog: 0 }
      : answered(request);

  it('begins at once where the new subscription does', async () => {
    const { holdfast, server } = await aConnectedWorld();
    const orders = holdfast.subscribe('orders');
    server.last.deliver(1, 3);
    await orders.next();
    await orders.return();
    await holdfast.request({ action: 'unsubscribe', queue: 'orders' });
    server.answer = createdAt(9);
    const again = holdfast.subscribe('orders');
    await again.ready;
    const next = again.next();
    server.last.deliver(9, 10);
    expect(await Promise.race([next, turn()])).toMatchObject({ value: { seq: 9 } });
  });

  it('has messages handled that the one before had too, also over another connection', async () => {
    const world = await aConnectedWorld({ ackDelay: 0 });
    const { holdfast, server } = world;
    const handled = await handling(world);
    server.last.deliver(1, 3);
    await turn();
    await holdfast.request({ action: 'unsubscribe', queue: 'orders' });
    await reconnect(world);
    server.answer = createdAt(1);
    await holdfast.request({ action: 'subscribe', queue: 'orders', from: 'earliest' });
    server.last.deliver(1, 3);
    await turn();
    expect(handled).toEqual(['1:1', '2:1', '1:1', '2:1']);
  });

  it.each([
    { action: 'unsubscribe', queue: 'orders' } as const,
    { action: 'seek', queue: 'orders', to: 'earliest' } as const,
  ])('is sent no ack that was gathered before %j', async (request) => {
    const world = await aConnectedWorld();
    const { holdfast, server, time } = world;
    await handling(world);
    server.last.deliver(1, 3);
    await turn();
    server.answer = (received) =>
      received.action === 'seek' ? { type: 'sought', queue: 'orders', next: 1, backlog: 2 } : answered(received);
    await holdfast.request(request);
    await time.pass(2_000);
    expect(server.last.sent('ack')).toEqual([]);
  });

  it('acks what it was given cumulatively again', async () => {
    const world = await aConnectedWorld();
    const { holdfast, server, time } = world;
    await handling(world);
    await holdfast.request({ action: 'unsubscribe', queue: 'orders' });
    server.answer = createdAt(9);
    await holdfast.request({ action: 'subscribe', queue: 'orders' });
    server.last.deliver(9, 12);
    await time.pass(1_000);
    expect(server.last.sent('ack')).toEqual([{ action: 'ack', queue: 'orders', upTo: 11 }]);
  });
});
