import { aConnectedWorld, handling, type World } from './fake/client';
import { turn } from './fake/time';

const MINUTE = 60_000;
/**
 * A client renews a connection of 2 hours 5 to 10 minutes before its end; with chance at 0.5, when so much has passed.
 */
const RENEWAL = 112.5 * MINUTE;

/** A client whose connection has been followed by another, not welcomed yet, for it would be closed in some minutes. */
async function aWorldHandingOver(options = {}): Promise<World & { handled: string[] }> {
  const world = await aConnectedWorld({ ackDelay: 0, ...options });
  const handled = await handling(world);
  await world.time.pass(RENEWAL);
  return { ...world, handled };
}

it('makes the next connection before the server would close the one there is, and closes that when both were kept a while', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  const states: string[] = [];
  holdfast.on('state', ({ state }) => states.push(state));
  await time.pass(RENEWAL - 1);
  expect(server.sockets).toHaveLength(1);
  await time.pass(1);
  expect(server.sockets).toHaveLength(2);
  expect(server.sockets[0]?.isClosed).toBe(false);
  server.last.welcome({ expiresAt: '2026-11-23T13:00:00.000Z' });
  await time.pass(10_000);
  expect(server.sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  expect(states).toEqual([]);
});

it('goes by the name that the server made up on the next connection too', async () => {
  const { server, time } = await aConnectedWorld({ clientId: undefined }, { clientId: 'anon-7' });
  await time.pass(RENEWAL);
  expect(server.sockets.map(({ url }) => url)).toEqual(['ws://fake/', 'ws://fake/?clientId=anon-7']);
});

it('handles once, and in order, what comes over both connections', async () => {
  const { server, handled } = await aWorldHandingOver();
  const [before, after] = server.sockets;
  before?.deliver(1, 3);
  after?.welcome({ subscriptions: [{ queue: 'orders', events: ['*'], inFlight: 2, backlog: 0 }] });
  // In flight still when the second was attached, and so it is shown them.
  after?.redeliver(1, 1, 2);
  before?.deliver(3, 5);
  after?.deliver(3, 5);
  after?.deliver(5, 6);
  before?.deliver(5, 6);
  await turn();
  expect(handled).toEqual(['1:1', '2:1', '3:1', '4:1', '5:1']);
});

it('acks and publishes over the new connection as soon as there is one', async () => {
  const { server, holdfast } = await aWorldHandingOver();
  const [before, after] = server.sockets;
  after?.welcome();
  before?.deliver(1, 2);
  await holdfast.publish('orders', 'created', 1);
  await turn();
  expect(before?.received.filter(({ action }) => action === 'ack' || action === 'publish')).toEqual([]);
  expect(after?.sent('ack')).toMatchObject([{ seqs: [1] }]);
  expect(after?.sent('publish')).toHaveLength(1);
});

it('takes no notice of what the old connection is told of the acks of the new one', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  const finished: (() => void)[] = [];
  const handled = await handling(world, { handle: () => new Promise<void>((resolve) => finished.push(resolve)) });
  await world.time.pass(RENEWAL);
  const [before, after] = world.server.sockets;
  after?.welcome();
  before?.deliver(1, 3);
  before?.say({ type: 'settled', queue: 'orders', seqs: [2] });
  finished.shift()?.();
  await turn();
  expect(handled).toEqual(['1:1', '2:1']);
});

it('handles a dead letter that is redriven after the connection it died on was followed by another', async () => {
  const world = await aConnectedWorld({ ackDelay: 0 });
  const handled: string[] = [];
  await world.holdfast.consume('orders', {}, (message) => {
    handled.push(`${message.seq}:${message.attempt}`);
    if (handled.length === 1) message.reject('malformed');
  });
  await world.time.pass(RENEWAL);
  const [before, after] = world.server.sockets;
  before?.deliver(1, 2);
  after?.welcome();
  // The reject crossed the showing of what was in flight.
  after?.redeliver(1, 1);
  await turn();
  expect(handled).toEqual(['1:1']);
  after?.redeliver(1, 1);
  await turn();
  expect(handled).toEqual(['1:1', '1:1']);
});

it('sends over the new connection what the old one did not answer before it was closed', async () => {
  const { server, time, holdfast } = await aWorldHandingOver();
  server.answer = (_request, socket) =>
    socket === server.sockets[1] ? { type: 'list', what: 'queues', items: [] } : undefined;
  const asked = holdfast.request({ action: 'list', what: 'queues' });
  server.last.welcome();
  await time.pass(10_000);
  expect(await asked).toMatchObject({ items: [] });
});

it('stays with the connection it has while its successor is refused', async () => {
  const { server, time, holdfast, handled } = await aWorldHandingOver();
  server.last.goodbye(4029);
  await turn();
  expect(holdfast.state).toBe('open');
  server.sockets[0]?.deliver(1, 2);
  await turn();
  expect(handled).toEqual(['1:1']);
  await time.pass(30_000);
  expect(server.sockets.length).toBeGreaterThan(2);
});
