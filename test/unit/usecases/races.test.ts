import type { ClientId } from '../../../broker/model/names';
import { delivered, joints, publish } from './frames';
import { afterwards, barrier, beforehand, crash, once } from './interpose';
import { createWorld, QUEUE, type World } from './world';

const notedOf = async ({ ports }: World) =>
  (await ports.clients.get('billing' as ClientId, ports.clock.now())).subscriptions;

describe('two who change a subscription at the same time', () => {
  it('are both heard: the later one decides again on what the earlier one stored', async () => {
    const both = barrier(2);
    const saves: unknown[] = [];
    const world = createWorld({
      between: ({ subscriptions }) => ({
        subscriptions: beforehand(beforehand(subscriptions, 'save', both), 'save', (state) => void saves.push(state)),
      }),
    });
    const [one, two, shop] = [
      await world.connect('billing'),
      await world.connect('billing'),
      await world.connect('shop'),
    ];
    await one.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(4));
    saves.splice(0);
    both.arm();
    const replies = await Promise.all([
      one.ask({ action: 'ack', ref: '1', queue: QUEUE, seqs: [1, 2] }),
      two.ask({ action: 'ack', ref: '2', queue: QUEUE, seqs: [2, 3] }),
    ]);
    expect(saves).toHaveLength(3);
    const settled = replies.map((reply) => (reply?.type === 'acked' ? reply.settled : 0));
    expect(settled.sort()).toEqual([1, 2]);
    expect((await world.state(one))?.inFlight.map(({ seq }) => seq)).toEqual([4]);
  });

  it('never deliver the same as a first delivery twice', async () => {
    const both = barrier(2);
    const world = createWorld({
      between: ({ subscriptions }) => ({ subscriptions: beforehand(subscriptions, 'save', both) }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    billing.take();
    await shop.ask(publish(3));
    both.arm();
    await Promise.all([world.wakeShard(), world.wakeShard()]);
    expect(joints(billing.take())).toEqual(['1-4']);
  });
});

describe('an ack beside a delivery', () => {
  it('that found the window full delivers what it made room for', async () => {
    const acked = once(async () => {
      await billing.ask({ action: 'ack', queue: QUEUE, seqs: [1] });
    });
    const world = createWorld({
      between: ({ subscriptions }) => ({ subscriptions: afterwards(subscriptions, 'connected', acked) }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1 });
    await shop.request(publish(1));
    billing.take();
    await shop.ask(publish(1));
    acked.arm();
    await world.pump();
    expect(delivered(billing.take())).toEqual(['2:1']);
  });

  it('that was just stored is final', async () => {
    const acked = once(async () => {
      await billing.ask({ action: 'ack', queue: QUEUE, seqs: [1] });
    });
    const world = createWorld({
      between: ({ subscriptions }) => ({ subscriptions: beforehand(subscriptions, 'save', acked) }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(1));
    billing.take();
    acked.arm();
    await world.pass(40_000);
    expect(billing.take()).toEqual([]);
  });
});

describe('a subscribe beside a publish', () => {
  it.each(['placeSubscription', 'get'] as const)(
    'delivers what was published after the head was read by %s',
    async (method) => {
      const published = once(async () => {
        await shop.ask(publish(1));
        await world.wakeShard();
      });
      const world = createWorld({ between: ({ queues }) => ({ queues: afterwards(queues, method, published) }) });
      const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
      published.arm();
      await billing.request({ action: 'subscribe', queue: QUEUE });
      expect(delivered(billing.take())).toEqual(['1:1']);
    },
  );
});

describe('a subscribe beside a connection', () => {
  it('that is welcomed meanwhile has it attached, whoever comes first', async () => {
    for (const method of ['save', 'get', 'persisted'] as const)
      for (const when of [beforehand, afterwards]) {
        const joined = once(async () => {
          await world.open('billing', 'second');
          await world.pump();
        });
        const world = createWorld({
          between: ({ subscriptions }) => ({ subscriptions: when(subscriptions, method, joined) }),
        });
        const billing = await world.connect('billing', 'first');
        joined.arm();
        await billing.request({ action: 'subscribe', queue: QUEUE });
        const state = await world.state(billing);
        if (!world.pusher.sent.some(({ connection }) => connection === 'second')) continue;
        expect(state?.connections.map(({ connection }) => connection).sort()).toEqual(['first', 'second']);
      }
  });
});

describe('a subscribe beside an unsubscribe of the same client', () => {
  it.each(['before', 'after'])(
    'leaves a subscription that can be acked and found again, made %s it is noted as ended',
    async (when) => {
      const subscribed = once(async () => {
        await billing.ask({ action: 'subscribe', queue: QUEUE });
      });
      const around = when === 'before' ? beforehand : afterwards;
      const world = createWorld({
        between: ({ clients }) => ({ clients: around(clients, 'removeSubscription', subscribed) }),
      });
      const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
      await billing.request({ action: 'subscribe', queue: QUEUE });
      subscribed.arm();
      await billing.request({ action: 'unsubscribe', queue: QUEUE });
      await shop.request(publish(1));
      expect(delivered(billing.take())).toEqual(['1:1']);
      expect(await billing.request({ action: 'ack', ref: '1', queue: QUEUE, seqs: [1] })).toMatchObject({ settled: 1 });
    },
  );

  it('is found also if the process that ended the one before dies as soon as that is removed from the directory', async () => {
    const subscribed = once(async () => {
      await billing.ask({ action: 'subscribe', queue: QUEUE });
    });
    const died = once(crash);
    const world = createWorld({
      between: ({ clients }) => ({
        clients: afterwards(beforehand(clients, 'removeSubscription', subscribed), 'removeSubscription', died),
      }),
    });
    const billing = await world.connect('billing');
    await billing.request({ action: 'subscribe', queue: QUEUE });
    subscribed.arm();
    died.arm();
    expect(await billing.ask({ action: 'unsubscribe', queue: QUEUE })).toMatchObject({ type: 'error' });
    expect(await notedOf(world)).toMatchObject([{ queue: QUEUE }]);
    expect((await notedOf(world))[0]?.createdAt).toBe((await world.state(billing))?.createdAt);
  });

  it('keeps its place in the directory from when it is noted there, before it is stored', async () => {
    const ended = once(async () => {
      await other.ask({ action: 'unsubscribe', queue: QUEUE });
      noted.push(...(await notedOf(world)));
    });
    const noted: unknown[] = [];
    const world = createWorld({
      between: ({ subscriptions }) => ({ subscriptions: beforehand(subscriptions, 'save', ended) }),
    });
    const [billing, other] = [await world.connect('billing'), await world.connect('billing')];
    ended.arm();
    await billing.request({ action: 'subscribe', queue: QUEUE });
    expect(noted).toMatchObject([{ queue: QUEUE }]);
    expect(await world.state(billing)).toBeDefined();
  });

  it('that was never stored is forgotten by an unsubscribe a minute later', async () => {
    const world = createWorld();
    const billing = await world.connect('billing');
    const noted = { client: 'billing' as ClientId, queue: QUEUE, shard: 0, createdAt: world.ports.clock.now() };
    await world.ports.clients.addSubscription(noted, 1);
    await billing.request({ action: 'unsubscribe', queue: QUEUE });
    expect(await notedOf(world)).toEqual([noted]);
    await world.pass(60_000);
    await billing.request({ action: 'unsubscribe', queue: QUEUE });
    expect(await notedOf(world)).toEqual([]);
  });
});

it('a connection that ends while it is welcomed does not stay with its client', async () => {
  const ended = once(async () => {
    await world.ports.connections.remove(young.connection);
    await world.pump();
  });
  const world = createWorld({ between: ({ clients }) => ({ clients: beforehand(clients, 'addConnection', ended) }) });
  const young = await world.open('billing', 'young');
  ended.arm();
  await world.pump();
  await world.pass(60_000);
  const { connections } = await world.ports.clients.get(young.client, world.ports.clock.now());
  expect(connections).toEqual([]);
});

it('a redriven message that is rejected at once is a dead letter again', async () => {
  const rejected = once(async () => {
    await world.pass(1);
    await world.wakeShard();
    await billing.ask({ action: 'reject', queue: QUEUE, seqs: [1], reason: 'still malformed' });
  });
  const world = createWorld({
    between: ({ subscriptions }) => ({ subscriptions: afterwards(subscriptions, 'persisted', rejected) }),
  });
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(1));
  await billing.request({ action: 'reject', queue: QUEUE, seqs: [1], reason: 'malformed' });
  rejected.arm();
  await billing.request({ action: 'redrive', queue: QUEUE });
  expect(await billing.request({ action: 'list', what: 'deadLetters', queue: QUEUE })).toMatchObject({
    items: [{ seq: 1, reason: 'still malformed' }],
  });
});
