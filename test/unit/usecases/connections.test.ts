import { wake } from '../../../broker';
import type { Subscription } from '../../../broker/model/subscription';
import { delivered, ofType, publish } from './frames';
import { beforehand, crash, once } from './interpose';
import { ANONYMOUS, createWorld, QUEUE } from './world';

describe('a new connection', () => {
  it('is welcomed before anything else, also when a subscription is made or a message comes meanwhile', async () => {
    const meanwhile = once(async () => {
      await first.ask({ action: 'subscribe', queue: QUEUE, from: 'earliest' });
      await shop.ask(publish(1));
    });
    const world = createWorld({ between: ({ pusher }) => ({ pusher: beforehand(pusher, 'push', meanwhile) }) });
    const [first, shop] = [await world.connect('billing'), await world.connect('shop')];
    await shop.request(publish(1));
    const second = await world.open('billing', 'second');
    meanwhile.arm();
    await world.pump();
    const frames = second.take();
    expect(frames[0]?.type).toBe('welcome');
    expect(delivered(frames)).toEqual(['1:1', '2:1']);
    expect(delivered(first.take())).toEqual(['1:1', '2:1']);
  });

  it('is told what it may do, and what its client is subscribed to', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, events: ['add', 'delete'] });
    await shop.request(publish(1));
    const [welcome] = (await world.connect('billing', 'second')).take();
    expect(welcome).toEqual({
      type: 'welcome',
      clientId: 'billing',
      connectionId: 'second',
      expiresAt: new Date(world.ports.clock.now() + 7_200_000).toISOString(),
      heartbeat: 240,
      subscriptions: [{ queue: QUEUE, events: ['add', 'delete'], inFlight: 1, backlog: 0 }],
      limits: { frame: 32768, message: 30000, batch: 100, inFlight: 100 },
    });
  });

  it('is welcomed once, however often it is woken', async () => {
    const world = createWorld();
    const billing = await world.connect('billing');
    await world.welcome(billing);
    await world.pump();
    expect(billing.take()).toHaveLength(1);
  });

  it('that takes its greeting late gets nothing before it', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    const second = await world.open('billing', 'second');
    world.pusher.answer(second.connection, 'slow');
    await world.pump();
    world.pusher.answer(second.connection, 'sent');
    await shop.request(publish(1));
    expect(second.take()).toEqual([]);
    await world.pass(1_000);
    const frames = second.take();
    expect([frames[0]?.type, delivered(frames)]).toEqual(['welcome', ['1:1']]);
  });

  it('that never takes its greeting is closed, so that its client connects again', async () => {
    const world = createWorld();
    const wire = await world.open('billing', 'stuck');
    world.pusher.answer(wire.connection, 'slow');
    await world.pass(11_000);
    expect(world.pusher.closed).toMatchObject([{ connection: wire.connection, code: 4101 }]);
    expect(world.wakeUps.pending).toEqual([]);
  });

  it('that joins others is shown what is in flight with its attempt, and not what waits', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(2));
    await billing.request({ action: 'nack', queue: QUEUE, seqs: [1], delay: 60 });
    await world.pass(33_000);
    const state = await world.state(billing);
    const frames = (await world.connect('billing')).take();
    expect(delivered(frames)).toEqual(['2:2']);
    expect(ofType(frames, 'messages')[0]).not.toHaveProperty('from');
    expect((await world.state(billing))?.inFlight).toEqual(state?.inFlight);
  });

  it('beyond the tenth of its client is dismissed, and the others stay', async () => {
    const world = createWorld();
    const wires = [];
    for (let i = 0; i < 10; i++) wires.push(await world.connect('billing'));
    const eleventh = await world.connect('billing');
    expect(eleventh.take()).toMatchObject([{ type: 'goodbye', code: 4029, reconnect: false }]);
    expect(world.pusher.closed).toMatchObject([{ connection: eleventh.connection, code: 4029 }]);
    const { connections } = await world.ports.clients.get(eleventh.client, world.ports.clock.now());
    expect(connections.map(({ connection }) => connection)).toEqual(wires.map(({ connection }) => connection));
    await world.disconnect(...wires.slice(0, 1));
    expect((await world.connect('billing')).take()).toMatchObject([{ type: 'welcome' }]);
  });

  it('beyond the tenth takes the place of those that are gone, though nobody saw them end', async () => {
    const world = createWorld();
    const wires = [];
    for (let i = 0; i < 10; i++) wires.push(await world.connect('billing', `wire ${i}`));
    await wires[0]?.request({ action: 'subscribe', queue: QUEUE });
    await world.pass(10_000);
    for (const wire of wires) wire.take();
    for (const wire of wires.slice(0, 3)) world.vanish(wire);
    const eleventh = await world.connect('billing', 'wire 10');
    expect(eleventh.take()).toMatchObject([{ type: 'welcome' }]);
    expect(wires.slice(3).map((wire) => wire.take())).toEqual(wires.slice(3).map(() => [{ type: 'pong' }]));
    const left = [...wires.slice(3), eleventh].map(({ connection }) => connection).sort();
    const { connections } = await world.ports.clients.get(eleventh.client, world.ports.clock.now());
    expect(connections.map(({ connection }) => connection).sort()).toEqual(left);
    expect((await world.state(eleventh))?.connections.map(({ connection }) => connection).sort()).toEqual(left);
    expect(world.pusher.closed.map(({ connection }) => connection)).toEqual(['wire 0', 'wire 1', 'wire 2']);
  });

  it('beyond the tenth takes the place of none that may only not be open yet', async () => {
    const world = createWorld();
    const wires = [];
    for (let i = 0; i < 10; i++) wires.push(await world.connect('billing'));
    await world.pass(9_999);
    for (const wire of wires) world.vanish(wire);
    expect((await world.connect('billing')).take()).toMatchObject([{ type: 'goodbye', code: 4029 }]);
    const [first] = wires;
    expect(first && (await world.ports.connections.get(first.connection, world.ports.clock.now()))).toBeDefined();
  });

  it('beyond the tenth is asked for again if it is not known whether the others are there', async () => {
    const failing = once(crash);
    const world = createWorld({ between: ({ pusher }) => ({ pusher: beforehand(pusher, 'push', failing) }) });
    const wires = [];
    for (let i = 0; i < 10; i++) wires.push(await world.connect('billing'));
    await world.pass(10_000);
    for (const wire of wires.slice(0, 1)) world.vanish(wire);
    failing.arm();
    const eleventh = await world.connect('billing');
    expect(eleventh.take()).toEqual([]);
    await world.pass(1_000);
    expect(eleventh.take()).toMatchObject([{ type: 'welcome' }]);
  });
});

describe('several connections of one client', () => {
  it('each get every delivery, and are told what another settled for good', async () => {
    const world = createWorld();
    const [one, two, shop] = [
      await world.connect('billing'),
      await world.connect('billing'),
      await world.connect('shop'),
    ];
    await one.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(4));
    expect(delivered(one.take())).toEqual(delivered(two.take()));
    await one.request({ action: 'ack', queue: QUEUE, seqs: [1, 9] });
    expect([one.take(), two.take()]).toEqual([[], [{ type: 'settled', queue: QUEUE, seqs: [1] }]]);
    await two.request({ action: 'reject', queue: QUEUE, seqs: [2] });
    expect([one.take(), two.take()]).toEqual([[{ type: 'settled', queue: QUEUE, seqs: [2] }], []]);
    await one.request({ action: 'extend', queue: QUEUE, seqs: [3], seconds: 60 });
    await one.request({ action: 'nack', queue: QUEUE, seqs: [4], delay: 60 });
    await one.request({ action: 'ack', queue: QUEUE, seqs: [1, 2] });
    expect(two.take()).toEqual([]);
  });

  it('count as one absence only when the last one ended', async () => {
    const world = createWorld();
    const [one, two, shop] = [
      await world.connect('billing'),
      await world.connect('billing'),
      await world.connect('shop'),
    ];
    await one.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(1));
    await world.disconnect(one);
    expect(delivered((await world.connect('billing')).take())).toEqual(['1:1']);
    expect(delivered(two.take())).toEqual(['1:1']);
  });
});

describe('a client without a name', () => {
  it('has its subscriptions end with its connection', async () => {
    const world = createWorld();
    const [anonymous, shop] = [await world.connect(ANONYMOUS), await world.connect('shop')];
    await anonymous.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(1));
    expect(delivered(anonymous.take())).toEqual(['1:1']);
    await world.disconnect(anonymous);
    expect(await world.state(anonymous)).toBeUndefined();
    expect(await shop.request({ action: 'list', what: 'subscriptions', queue: QUEUE })).toMatchObject({ items: [] });
    expect(await shop.request({ action: 'list', what: 'clients', connected: false })).toMatchObject({ items: [] });
  });

  it('has them end although nobody saw its connection end', async () => {
    const world = createWorld();
    const [anonymous, shop] = [await world.connect(ANONYMOUS), await world.connect('shop')];
    await anonymous.request({ action: 'subscribe', queue: QUEUE });
    await world.pass(60_000);
    world.vanish(anonymous);
    await shop.request(publish(1));
    expect(await world.state(anonymous)).toBeUndefined();
  });
});

it('a subscription that nobody connects to ends after its time, counted from the last connection', async () => {
  const DAY = 86_400_000;
  const world = createWorld();
  const billing = await world.connect('billing');
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await world.disconnect(billing);
  await world.pass(31 * DAY - 1);
  expect(await world.state(billing)).toBeDefined();
  const again = await world.connect('billing');
  await world.disconnect(again);
  await world.pass(31 * DAY - 1);
  expect(await world.state(billing)).toBeDefined();
  await world.pass(1);
  expect(await world.state(billing)).toBeUndefined();
});

it('a client whose subscriptions have ended by themselves is told so by its welcome, and listed no more', async () => {
  const DAY = 86_400_000;
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await world.disconnect(billing, shop);
  await world.pass(32 * DAY);
  const observer = await world.connect('observer');
  const clients = async () => {
    const reply = await observer.request({ action: 'list', what: 'clients' });
    return reply?.type === 'list' ? reply.items : [];
  };
  expect(await clients()).toMatchObject([{ clientId: 'observer' }]);
  await observer.request({ action: 'publish', queue: QUEUE, event: 'add' });
  const again = await world.connect('billing');
  expect(again.take()).toMatchObject([{ type: 'welcome', subscriptions: [] }]);
  for (const ended of [{ action: 'catchup' }, { action: 'seek', to: 'new' }, { action: 'ack', seqs: [1] }])
    expect(await again.request({ ...ended, ref: '1', queue: QUEUE })).toMatchObject({ code: 'not_found' });
  expect(await again.request({ action: 'catchup', ref: '2' })).toMatchObject({ type: 'catchup', redelivered: 0 });
  expect(await again.request({ action: 'subscribe', queue: QUEUE })).toMatchObject({ created: true, next: 2 });
  await observer.request({ action: 'publish', queue: QUEUE, event: 'add' });
  expect(again.take()).toMatchObject([{ type: 'messages', from: 2, next: 3 }]);
  expect(await clients()).toMatchObject([{ clientId: 'billing' }, { clientId: 'observer' }]);
});

it('subscriptions that ended by themselves take no place among those a client may have', async () => {
  const DAY = 86_400_000;
  const world = createWorld();
  const billing = await world.connect('billing');
  for (let i = 0; i < 100; i++) await billing.ask({ action: 'subscribe', queue: `queue ${i}` });
  await world.disconnect(billing);
  await world.pass(32 * DAY);
  const again = await world.connect('billing');
  expect(await again.request({ action: 'subscribe', queue: QUEUE })).toMatchObject({
    type: 'subscribed',
    created: true,
  });
});

describe('a client with very many subscriptions', () => {
  const COUNT = 60;
  const queues = Array.from({ length: COUNT }, (_, n) => `queue ${n}`);

  /** One that subscribed to all, and is away; what is done for each of them when it comes back. */
  async function away(each: (queue: string) => Promise<void> | void, isNear = () => false) {
    let watched = false;
    const world = createWorld({
      between: ({ subscriptions }) => ({
        deadline: { isNear: () => watched && isNear() },
        subscriptions: beforehand(subscriptions, 'save', async (subscription) => {
          if (watched) await each((subscription as Subscription).queue);
        }),
      }),
    });
    const wire = await world.connect('billing');
    for (const queue of queues) await wire.request({ action: 'subscribe', queue });
    await world.disconnect(wire);
    watched = true;
    return world;
  }

  it('is attached to a few of them at a time', async () => {
    let [attaching, most] = [0, 0];
    const world = await away(async () => {
      attaching += 1;
      most = Math.max(most, attaching);
      await new Promise(setImmediate);
      attaching -= 1;
    });
    await world.connect('billing', 'again');
    expect(most).toBe(16);
  });

  it('is attached to all others if one of them fails, and to that at the next try', async () => {
    const attached: string[] = [];
    let fails = true;
    const world = await away((queue) => {
      if (queue === 'queue 3' && fails) throw new Error('no');
      attached.push(queue);
    });
    await world.connect('billing', 'again');
    expect(world.failures).toEqual([new Error('no')]);
    expect(attached.sort()).toEqual(queues.filter((queue) => queue !== 'queue 3').sort());
    fails = false;
    await world.pass(1_000);
    expect(attached).toHaveLength(COUNT);
    expect(attached).toContain('queue 3');
  });

  it('is attached to the rest of them by a further wake-up if the time is nearly over', async () => {
    const attached: string[] = [];
    const world = await away(
      (queue) => void attached.push(queue),
      () => attached.length >= 20,
    );
    await world.open('billing', 'again');
    const [wakeUp] = world.wakeUps.takeDue();
    if (wakeUp === undefined) throw new Error('expected its welcome');
    await wake(world.ports, wakeUp);
    expect(attached.length).toBeGreaterThanOrEqual(20);
    expect(attached.length).toBeLessThan(20 + 16);
    expect(world.wakeUps.pending).toMatchObject([{ wakeUp: { kind: 'welcome', connection: 'again' } }]);
  });
});
