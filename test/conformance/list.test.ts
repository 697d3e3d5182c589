import type { Item } from './frames';
import { aClient, aQueue, aText, aTime } from './fresh';
import { eventually } from './patience';
import { leave } from './presence';
import { connect, type Wire } from './wire';

/** All items, in pages of this size, none of which may be larger. */
async function pages(wire: Wire, limit: number, fields: Record<string, unknown>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page: { items: Item[]; cursor?: string } = await wire.request({ action: 'list', limit, cursor, ...fields });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

it('answers with what was asked for', async () => {
  const wire = await connect({ clientId: aClient() });
  const queue = aQueue();
  const request = { action: 'list', ref: '7', what: 'subscriptions', queue };
  await wire.subscribe(queue);
  const reply = await wire.answer(request);
  expect(reply).toMatchObject({ type: 'list', ref: '7', what: 'subscriptions', items: [{ clientId: wire.clientId }] });
});

describe('of clients', () => {
  it('tells who is connected, and which queues and events they subscribed', async () => {
    const queue = aQueue();
    const clientId = aClient();
    const [phone, laptop] = await Promise.all([connect({ clientId }), connect({ clientId })]);
    await phone.subscribe(queue, { events: ['add', 'delete'], maxInFlight: 1 });
    await phone.publishAll(queue, ['add', 'add']);
    await phone.receive(queue, 1);
    const itemOf = async () =>
      (await laptop.list('clients', { connected: true })).find((client) => client.clientId === clientId);
    // A connection is welcomed before all others see it.
    const item = await eventually(
      itemOf,
      (found) => Array.isArray(found?.connections) && found.connections.length === 2,
    );
    const connections = [phone, laptop].map(({ welcome }) => ({
      connectionId: welcome.connectionId,
      connectedAt: aTime,
    }));
    expect(item).toEqual({
      clientId,
      connected: true,
      connections: expect.arrayContaining(connections),
      subscriptions: [{ queue, events: ['add', 'delete'], inFlight: 1, backlog: 1 }],
    });
  });

  it('tells who is away', async () => {
    const queue = aQueue();
    const clientId = aClient();
    const wire = await connect({ clientId });
    await wire.subscribe(queue);
    await leave(wire, queue);
    const observer = await connect();
    await observer.publish(queue, 'add');
    const away = await observer.list('clients', { connected: false });
    expect(away.find((client) => client.clientId === clientId)).toEqual({
      clientId,
      connected: false,
      connections: [],
      subscriptions: [{ queue, events: ['*'], inFlight: 0, backlog: 1 }],
    });
    expect(away.every((client) => client.connected === false)).toBe(true);
    const present = await observer.list('clients', { connected: true });
    expect(present.find((client) => client.clientId === clientId)).toBeUndefined();
  });

  it('gives those who are connected first, and in pages', async () => {
    const queue = aQueue();
    const gone = await connect({ clientId: aClient('gone') });
    await gone.subscribe(queue);
    await leave(gone, queue);
    const wires = await Promise.all(['a', 'b', 'c'].map((label) => connect({ clientId: aClient(label) })));
    const [observer] = wires;
    if (observer === undefined) throw new Error('unreachable');
    const everyone = () => pages(observer, 100, { what: 'clients' });
    const items = await eventually(everyone, (found) =>
      wires.every((wire) => found.some((item) => item.clientId === wire.clientId)),
    );
    const firstAway = items.findIndex((item) => item.connected === false);
    const ids = items.map((item) => item.clientId);
    for (const wire of wires) {
      expect(ids).toContain(wire.clientId);
      expect(ids.indexOf(wire.clientId)).toBeLessThan(firstAway);
    }
    expect(ids.filter((id) => id === gone.clientId)).toHaveLength(1);
  });
});

describe('of queues', () => {
  it('tells their events, how many messages there were, and who is subscribed', async () => {
    const queue = aQueue();
    const [one, other] = await Promise.all([connect({ clientId: aClient() }), connect({ clientId: aClient() })]);
    await one.subscribe(queue, { events: ['add'] });
    await other.subscribe(queue);
    await one.publishAll(queue, ['delete', 'add', 'delete']);
    await leave(other, queue);
    const item = (await one.list('queues')).find((candidate) => candidate.queue === queue);
    expect(item).toEqual({ queue, events: ['add', 'delete'], head: 3, subscribers: 2, connected: 1 });
  });

  it('knows a queue from its first subscribe on', async () => {
    const queue = aQueue();
    const wire = await connect({ clientId: aClient() });
    await wire.subscribe(queue, { events: ['add'] });
    const item = (await wire.list('queues')).find((candidate) => candidate.queue === queue);
    expect(item).toMatchObject({ head: 0, subscribers: 1, connected: 1 });
  });

  it('comes in pages, each queue once', async () => {
    const queues = [aQueue(), aQueue(), aQueue()];
    const wire = await connect();
    for (const queue of queues) await wire.publish(queue, 'add');
    const names = (await pages(wire, 100, { what: 'queues' })).map((item) => item.queue);
    expect(names).toEqual(expect.arrayContaining(queues));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('of subscriptions', () => {
  it('tells how far each has come', async () => {
    const queue = aQueue();
    const wire = await connect({ clientId: aClient() });
    await wire.subscribe(queue, { events: ['add', 'delete'], maxInFlight: 2, ackDeadline: 60 });
    await wire.publishAll(queue, ['add', 'delete', 'add', 'add', 'add']);
    await wire.receive(queue, 2);
    await wire.request({ action: 'reject', queue, seqs: [1] });
    await wire.receive(queue, 1);
    expect(await wire.list('subscriptions', { queue })).toEqual([
      {
        clientId: wire.clientId,
        events: ['add', 'delete'],
        next: 4,
        inFlight: 2,
        backlog: 2,
        dead: 1,
        connected: true,
        settings: { ackDeadline: 60, maxDeliveries: 5, maxInFlight: 2 },
      },
    ]);
  });

  it('comes in pages, each subscription once', async () => {
    const queue = aQueue();
    const wires = await Promise.all([1, 2, 3, 4, 5].map(() => connect({ clientId: aClient() })));
    await Promise.all(wires.map((wire) => wire.subscribe(queue)));
    const [observer] = wires;
    if (observer === undefined) throw new Error('unreachable');
    const first = await observer.request({ action: 'list', what: 'subscriptions', queue, limit: 2 });
    expect(first).toMatchObject({ cursor: aText });
    const items = await pages(observer, 2, { what: 'subscriptions', queue });
    expect(items.map((item) => item.clientId).sort()).toEqual(wires.map(({ clientId }) => clientId).sort());
  });
});
