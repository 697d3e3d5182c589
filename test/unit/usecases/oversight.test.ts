import { type Access, grantsSchema } from '../../../broker/access';
import { publish } from './frames';
import { createWorld, QUEUE, type World } from './world';

const OTHER = 'Other Events';

const may = (stated: object): Access => ({ grants: grantsSchema.parse(stated) });
const every = { publish: ['*'], subscribe: ['*'] };

/**
 * Two clients with a subscription each to one queue, one of which has another to a second queue; one dead letter each.
 */
async function inhabited(): Promise<World> {
  const world = createWorld({ settings: { accessControl: true } });
  const shop = await world.connect('shop', 'shop', may(every));
  for (const client of ['billing', 'audit']) {
    const wire = await world.connect(client, `${client} before`, may(every));
    await wire.request({ action: 'subscribe', queue: QUEUE });
    if (client === 'audit') await wire.request({ action: 'subscribe', queue: OTHER });
  }
  await shop.request(publish(2));
  for (const client of ['billing', 'audit']) {
    const wire = await world.connect(client, `${client} rejecting`, may(every));
    await wire.request({ action: 'reject', queue: QUEUE, seqs: [1] });
  }
  return world;
}

const items = (frame: unknown) => (frame as { items: unknown[] }).items;

describe('a client without the right to see what is others’', () => {
  async function billing(more: object = {}) {
    const world = await inhabited();
    return { world, wire: await world.connect('billing', 'here', may({ subscribe: [`${QUEUE}/*`], ...more })) };
  }

  it('lists itself of all clients', async () => {
    const { wire } = await billing();
    expect(items(await wire.request({ action: 'list', what: 'clients' }))).toMatchObject([
      { clientId: 'billing', connected: true, subscriptions: [{ queue: QUEUE }] },
    ]);
    expect(items(await wire.request({ action: 'list', what: 'clients', connected: false }))).toEqual([]);
  });

  it('lists the queues that it is subscribed to, and counts nobody else', async () => {
    const { wire } = await billing();
    expect(items(await wire.request({ action: 'list', what: 'queues' }))).toEqual([
      { queue: QUEUE, events: ['add'], head: 2, subscribers: 1, connected: 1 },
    ]);
  });

  it('lists no event of a queue that it may not read', async () => {
    const { wire } = await billing({ subscribe: [`${QUEUE}/delete`] });
    expect(items(await wire.request({ action: 'list', what: 'queues' }))).toMatchObject([{ queue: QUEUE, events: [] }]);
  });

  it('lists its own subscription, and cannot tell a queue of others’ from none', async () => {
    const { wire } = await billing();
    const list = (queue: string) => wire.request({ action: 'list', what: 'subscriptions', queue });
    expect(items(await list(QUEUE))).toMatchObject([{ clientId: 'billing' }]);
    const refusals = [await list(OTHER), await list('none')];
    expect(refusals).toMatchObject([{ code: 'not_found' }, { code: 'not_found' }]);
    expect(JSON.stringify(refusals[0])).toBe(JSON.stringify(refusals[1]).replace('none', OTHER));
  });

  it('lists its own dead letters, of events that it may read', async () => {
    const { wire } = await billing();
    const own = { action: 'list', what: 'deadLetters', queue: QUEUE };
    expect(items(await wire.request(own))).toMatchObject([{ clientId: 'billing', seq: 1 }]);
    expect(items(await wire.request({ ...own, clientId: 'billing' }))).toHaveLength(1);
    expect(await wire.request({ ...own, clientId: 'audit' })).toMatchObject({ code: 'forbidden', field: 'clientId' });
    const { wire: blind } = await billing({ subscribe: [] });
    expect(items(await blind.request(own))).toEqual([]);
  });

  it('is told its own state of a message', async () => {
    const { wire } = await billing();
    const reply = await wire.request({ action: 'status', queue: QUEUE, seq: 2 });
    expect(reply).toMatchObject({ type: 'status', subscribers: [{ clientId: 'billing', state: 'inFlight' }] });
  });

  it('is told of a message that it may not read as if there were none, unless it published it', async () => {
    const { wire, world } = await billing({ subscribe: [] });
    expect(await wire.request({ action: 'status', queue: QUEUE, seq: 2 })).toMatchObject({ code: 'not_found' });
    const shop = await world.connect('shop', 'again', may({}));
    expect(await shop.request({ action: 'status', queue: QUEUE, seq: 2 })).toMatchObject({ subscribers: [] });
  });

  it('cannot tell by a status whether there is a queue in which it may see nothing', async () => {
    const { world } = await billing();
    const stranger = await world.connect('stranger', 'stranger', may({ publish: ['log/*'] }));
    const status = (queue: string) => stranger.request({ action: 'status', queue, seq: 1 });
    const missing = await status('none');
    expect(missing).toMatchObject({ type: 'error', code: 'not_found', field: 'seq' });
    expect([await status(QUEUE), await status(OTHER)]).toEqual([missing, missing]);
  });

  it.each(['redrive', 'purge'])('may %s its own dead letters and nobody else’s', async (action) => {
    const { wire } = await billing();
    const refusal = await wire.request({ action, queue: QUEUE, clientId: 'audit' });
    expect(refusal).toMatchObject({ type: 'error', code: 'forbidden', field: 'clientId' });
    expect(await wire.request({ action, queue: QUEUE })).toMatchObject({ messages: 1 });
  });

  it.each(['redrive', 'purge'])('cannot %s its own dead letters of events that it may not read', async (action) => {
    const { world, wire } = await billing({ publish: ['*'] });
    await wire.request(publish(1, 'delete'));
    await wire.request({ action: 'reject', queue: QUEUE, seqs: [2, 3] });
    const left = async () => items(await wire.request({ action: 'list', what: 'deadLetters', queue: QUEUE }));
    const blind = await world.connect('billing', 'blind', may({ publish: ['*'] }));
    expect(await blind.request({ action, queue: QUEUE })).toMatchObject({ messages: 0 });
    const narrow = await world.connect('billing', 'narrow', may({ subscribe: [`${QUEUE}/delete`] }));
    expect(await narrow.request({ action, queue: QUEUE, seqs: [1] })).toMatchObject({ messages: 0 });
    expect(await left()).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
    expect(await narrow.request({ action, queue: QUEUE })).toMatchObject({ messages: 1 });
    expect(await left()).toMatchObject([{ seq: 1 }, { seq: 2 }]);
  });

  it('walks through its queues page by page', async () => {
    const { wire } = await billing({ subscribe: ['*'] });
    for (const queue of ['c', 'a', 'b']) await wire.request({ action: 'subscribe', queue });
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const reply = await wire.request({ action: 'list', what: 'queues', limit: 1, ...(cursor ? { cursor } : {}) });
      seen.push(...items(reply).map((item) => (item as { queue: string }).queue));
      cursor = (reply as { cursor?: string }).cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual([QUEUE, 'a', 'b', 'c']);
    expect(await wire.request({ action: 'list', what: 'queues', cursor: 'nonsense' })).toMatchObject({
      code: 'invalid',
      field: 'cursor',
    });
  });
});

describe('a client with the right to see what is others’', () => {
  it('in one queue sees and mends all of that, and its own of the rest', async () => {
    const world = await inhabited();
    const wire = await world.connect('admin', 'admin', may({ admin: [`${QUEUE}/*`] }));
    const subscriptions = { action: 'list', what: 'subscriptions' };
    expect(items(await wire.request({ ...subscriptions, queue: QUEUE }))).toHaveLength(2);
    expect(await wire.request({ ...subscriptions, queue: OTHER })).toMatchObject({ code: 'not_found' });
    expect(items(await wire.request({ action: 'list', what: 'deadLetters', queue: QUEUE }))).toHaveLength(2);
    expect(await wire.request({ action: 'status', queue: QUEUE, seq: 1 })).toMatchObject({
      subscribers: [{ clientId: 'audit' }, { clientId: 'billing' }],
    });
    expect(await wire.request({ action: 'purge', queue: QUEUE, clientId: 'audit' })).toMatchObject({ messages: 1 });
    expect(items(await wire.request({ action: 'list', what: 'clients' }))).toMatchObject([{ clientId: 'admin' }]);
  });

  it('for one event is told what became of its messages, and of nothing else', async () => {
    const world = await inhabited();
    const wire = await world.connect('admin', 'admin', may({ admin: [`${QUEUE}/add`] }));
    expect(await wire.request({ action: 'status', queue: QUEUE, seq: 1 })).toMatchObject({
      subscribers: [{ clientId: 'audit' }, { clientId: 'billing' }],
    });
    const refusal = await wire.request({ action: 'purge', queue: QUEUE, clientId: 'audit' });
    expect(refusal).toMatchObject({ code: 'forbidden' });
  });

  it('is told by a status that there is no such queue', async () => {
    const world = await inhabited();
    const wire = await world.connect('admin', 'admin', may({ admin: ['*'] }));
    expect(await wire.request({ action: 'status', queue: 'none', seq: 1 })).toMatchObject({
      code: 'not_found',
      field: 'queue',
    });
  });

  it('everywhere lists all clients and all queues', async () => {
    const world = await inhabited();
    const wire = await world.connect('admin', 'admin', may({ admin: ['*'] }));
    expect(items(await wire.request({ action: 'list', what: 'clients' }))).toHaveLength(4);
    expect(items(await wire.request({ action: 'list', what: 'queues' }))).toMatchObject([
      { queue: QUEUE, subscribers: 2 },
      { queue: OTHER, subscribers: 1 },
    ]);
  });
});
