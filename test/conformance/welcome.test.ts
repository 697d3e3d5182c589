import { itNeeds } from './capabilities';
import { aClient, aQueue, aText, aTime } from './fresh';
import { connect } from './wire';

it('greets a connection with who it is, how long it may last, and the limits', async () => {
  const clientId = aClient();
  const { welcome } = await connect({ clientId });
  expect(welcome).toEqual({
    type: 'welcome',
    clientId,
    connectionId: aText,
    expiresAt: aTime,
    heartbeat: 240,
    subscriptions: [],
    limits: { frame: 32_768, message: 30_000, batch: 100, inFlight: 100 },
  });
  expect(Date.parse(welcome.expiresAt)).toBeGreaterThan(Date.now());
});

it('gives each connection of a client an id of its own', async () => {
  const clientId = aClient();
  const [one, other] = await Promise.all([connect({ clientId }), connect({ clientId })]);
  expect(one.welcome.connectionId).not.toBe(other.welcome.connectionId);
});

it('tells a connection that joins what is in flight and what waits', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue, { events: ['add', 'delete'], maxInFlight: 2 });
  await first.publishAll(queue, ['add', 'add', 'delete', 'add', 'delete']);
  await first.receive(queue, 2);
  const { welcome } = await connect({ clientId });
  expect(welcome.subscriptions).toEqual([{ queue, events: ['add', 'delete'], inFlight: 2, backlog: 3 }]);
});

it('lists every subscription of the client in the welcome', async () => {
  const queues = [aQueue('a'), aQueue('b'), aQueue('c')];
  const clientId = aClient();
  const first = await connect({ clientId });
  for (const queue of queues) await first.subscribe(queue);
  const { welcome } = await connect({ clientId });
  expect(welcome.subscriptions.map(({ queue }) => queue).sort()).toEqual([...queues].sort());
});

itNeeds('subprotocol')('echoes the subprotocol holdfast.v1', async () => {
  const wire = await connect({ clientId: aClient(), protocols: ['holdfast.v1'] });
  expect(wire.socket.protocol).toBe('holdfast.v1');
});

itNeeds('subprotocol')('finds its subprotocol among others', async () => {
  const wire = await connect({ clientId: aClient(), protocols: ['other.v3', 'holdfast.v1'] });
  expect(wire.socket.protocol).toBe('holdfast.v1');
});

it('needs no subprotocol', async () => {
  const wire = await connect({ clientId: aClient() });
  expect(wire.socket.protocol).toBe('');
});
