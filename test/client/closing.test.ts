import { Closed, Dismissed, Forbidden, type Message } from '../../client';
import { aConnectedWorld, aWorld, handling, type World } from './fake/client';
import { answered } from './fake/server';
import { turn } from './fake/time';

/** Closes the client, and tells whether it is closed. */
function closing({ holdfast }: World): { isClosed: boolean } {
  const told = { isClosed: false };
  void holdfast.close().then(() => {
    told.isClosed = true;
  });
  return told;
}

it('has what was published before the first connection answered before it closes', async () => {
  const world = aWorld();
  const published = world.holdfast.publish('orders', 'created', 1);
  const told = closing(world);
  await turn();
  expect(told.isClosed).toBe(false);
  world.server.last.welcome();
  expect(await published).toMatchObject({ duplicate: false });
  await turn();
  expect(told.isClosed).toBe(true);
});

it('has what was published while the connection was lost answered before it closes', async () => {
  const world = await aConnectedWorld();
  world.server.last.hangUp();
  const published = world.holdfast.publish('orders', 'created', 1);
  const told = closing(world);
  await world.time.pass(1_000);
  expect(told.isClosed).toBe(false);
  world.server.last.welcome();
  expect(await published).toMatchObject({ duplicate: false });
  await turn();
  expect(told.isClosed).toBe(true);
});

it('rejects what still waits for a connection after five seconds', async () => {
  const world = aWorld();
  const waiting = expect(world.holdfast.publish('orders', 'created', 1)).rejects.toBeInstanceOf(Closed);
  const told = closing(world);
  await world.time.pass(4_999);
  expect(told.isClosed).toBe(false);
  await world.time.pass(1);
  await waiting;
  expect(told.isClosed).toBe(true);
});

it('closes in five seconds although no token ever comes, and waits for none after that', async () => {
  const world = aWorld({ token: () => new Promise<string>(() => {}) });
  const waiting = expect(world.holdfast.publish('orders', 'created', 1)).rejects.toBeInstanceOf(Closed);
  const told = closing(world);
  await world.time.pass(5_000);
  await waiting;
  expect(told.isClosed).toBe(true);
  await world.time.pass(60_000);
  expect(world.holdfast.lastFailure).toBe('');
});

it('lets handlers finish though the connection is lost, and has their acks stored on the next', async () => {
  const world = await aConnectedWorld();
  let finish = () => {};
  await handling(world, { handle: () => new Promise<void>((resolve) => (finish = resolve)) });
  world.server.last.deliver(1, 2);
  await turn();
  world.server.last.hangUp();
  const told = closing(world);
  await turn();
  expect(told.isClosed).toBe(false);
  finish();
  await world.time.pass(1_000);
  expect(told.isClosed).toBe(false);
  world.server.last.welcome();
  await turn();
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1], ref: expect.any(String) }]);
  expect(told.isClosed).toBe(true);
});

it('ends its connection by itself two seconds after it closed, if the server has not answered that', async () => {
  const [silent, answering] = [await aConnectedWorld(), await aConnectedWorld()];
  await Promise.all([silent.holdfast.close(), answering.holdfast.close()]);
  answering.server.last.answerClose();
  for (const { time } of [silent, answering]) await time.pass(1_999);
  expect(silent.server.last).toMatchObject({ isClosed: true, isTerminated: false });
  for (const { time } of [silent, answering]) await time.pass(1);
  expect(silent.server.last.isTerminated).toBe(true);
  expect(answering.server.last.isTerminated).toBe(false);
});

it('ends a connection likewise whose server said goodbye and left it open', async () => {
  const { server, time } = await aConnectedWorld();
  const [left] = server.sockets;
  left?.say({ type: 'goodbye', code: 4101, reason: 'going away', reconnect: true });
  await time.pass(2_000);
  expect(left?.isTerminated).toBe(true);
});

it('closes at once without a connection if there is nothing to wait for', async () => {
  const [connecting, reconnecting] = [aWorld(), await aConnectedWorld()];
  await handling(reconnecting);
  reconnecting.server.last.hangUp();
  for (const world of [connecting, reconnecting]) {
    const told = closing(world);
    await turn();
    expect(told.isClosed).toBe(true);
  }
});

it('closes at once when the server dismisses it meanwhile, or has before', async () => {
  const world = await aConnectedWorld();
  await handling(world);
  world.server.last.deliver(1, 2);
  world.server.answer = () => undefined;
  const waiting = expect(world.holdfast.publish('orders', 'created', 1)).rejects.toBeInstanceOf(Dismissed);
  const told = closing(world);
  await turn();
  expect(told.isClosed).toBe(false);
  world.server.last.goodbye(4010);
  await waiting;
  await turn();
  expect(told.isClosed).toBe(true);
  await expect(world.holdfast.request({ action: 'ping' })).rejects.toBeInstanceOf(Dismissed);
});

it('rejects every message of a frame under way when the next connection is refused for good', async () => {
  const { holdfast, server, time } = await aConnectedWorld();
  server.answer = () => undefined;
  const published = [1, 2].map((payload) =>
    expect(holdfast.publish('orders', 'created', payload)).rejects.toBeInstanceOf(Forbidden),
  );
  await turn();
  server.last.hangUp();
  await time.pass(1_000);
  server.last.refuse(403);
  await Promise.all(published);
});

it('refuses to flush what was handled after the server dismissed it', async () => {
  const world = await aConnectedWorld();
  let finish = () => {};
  await handling(world, { handle: () => new Promise<void>((resolve) => (finish = resolve)) });
  world.server.last.deliver(1, 2);
  await turn();
  world.server.last.goodbye(4010);
  finish();
  await turn();
  await expect(world.holdfast.flush()).rejects.toBeInstanceOf(Dismissed);
});

/** A client that has handled a message, and lost its connection before it said so. */
async function cutOff(): Promise<World> {
  const world = await aConnectedWorld();
  await handling(world);
  world.server.last.deliver(1, 2);
  await turn();
  world.server.last.hangUp();
  return world;
}

it('has acks stored before it closes, though an earlier flush waits for them already', async () => {
  const world = await cutOff();
  const flushed = world.holdfast.flush();
  const told = closing(world);
  await world.time.pass(1_000);
  expect(told.isClosed).toBe(false);
  world.server.last.welcome();
  await flushed;
  await turn();
  expect(told.isClosed).toBe(true);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1] }]);
});

it('has acks stored before it closes, though whoever flushed them waits no longer', async () => {
  const world = await cutOff();
  const aborting = new AbortController();
  const waiting = world.holdfast.flush({ signal: aborting.signal });
  aborting.abort('no longer');
  await expect(waiting).rejects.toBe('no longer');
  await expect(world.holdfast.flush({ signal: AbortSignal.abort('not at all') })).rejects.toBe('not at all');
  const told = closing(world);
  await world.time.pass(1_000);
  expect(told.isClosed).toBe(false);
  world.server.last.welcome();
  await turn();
  expect(told.isClosed).toBe(true);
  expect(world.server.last.sent('ack')).toMatchObject([{ seqs: [1] }]);
});

it('has the acks stored of a handler that is being stopped when it is closed', async () => {
  const world = await aConnectedWorld();
  const consumption = await world.holdfast.consume('orders', {}, () => undefined);
  world.server.last.deliver(1, 2);
  await turn();
  world.server.answer = () => undefined;
  const stopped = consumption.stop();
  const told = closing(world);
  await turn();
  expect(told.isClosed).toBe(false);
  const [ack] = world.server.last.sent('ack');
  world.server.last.say({ ...answered({ ...ack, action: 'ack' }), ref: ack?.ref });
  await stopped;
  await turn();
  expect(told.isClosed).toBe(true);
});

it('rejects every flush under way as the server answers the acks', async () => {
  const world = await cutOff();
  const flushes = [world.holdfast.flush(), world.holdfast.flush()].map((flush) =>
    expect(flush).rejects.toMatchObject({ code: 'forbidden' }),
  );
  world.server.answer = () => ({ type: 'error', code: 'forbidden', message: 'not yours', retryable: false });
  await world.time.pass(1_000);
  world.server.last.welcome();
  await Promise.all(flushes);
  await world.holdfast.flush();
});

it('hands out no message that it holds once it is closed, or is being closed', async () => {
  const world = await aConnectedWorld();
  world.server.last.deliver(1, 3);
  world.server.answer = () => undefined;
  void world.holdfast.publish('orders', 'created', 1).catch(() => undefined);
  const told = closing(world);
  for (const isClosed of [false, true]) {
    const handled: Message[] = [];
    const consuming = world.holdfast.consume('orders', {}, (message) => handled.push(message));
    await expect(consuming).rejects.toBeInstanceOf(Closed);
    const loop = world.holdfast.subscribe('orders');
    await expect(loop.next()).rejects.toBeInstanceOf(Closed);
    await expect(loop.ready).rejects.toBeInstanceOf(Closed);
    expect(await loop.next()).toMatchObject({ done: true });
    expect(handled).toEqual([]);
    expect(told.isClosed).toBe(isClosed);
    await world.time.pass(5_000);
  }
});
