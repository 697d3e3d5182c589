import { Closed, Dismissed, Forbidden } from '../../client';
import { aConnectedWorld, aWorld, handling, type World } from './fake/client';
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
