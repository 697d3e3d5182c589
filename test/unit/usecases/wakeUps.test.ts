import { Unavailable, wake } from '../../../broker';
import type { SubscriptionKey } from '../../../broker/model/subscription';
import { delivered, publish } from './frames';
import { afterwards, beforehand, crash, misheard, once } from './interpose';
import { createWorld, QUEUE, type World } from './world';

const SECOND = 1_000;
const armed = ({ timers, ports }: World) => [...timers.armed.values()].map((at) => at - ports.clock.now());

async function subscribed(world = createWorld()) {
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  billing.take();
  return { world, billing, shop };
}

describe('the timer of a shard', () => {
  it('is armed for the earliest deadline, and for no other while it is pending', async () => {
    const { world, shop } = await subscribed();
    await shop.request(publish(1));
    const [first = 0] = armed(world);
    expect(first).toBeGreaterThanOrEqual(30 * SECOND);
    expect(first).toBeLessThanOrEqual(33 * SECOND);
    await world.pass(10 * SECOND);
    await shop.request(publish(1));
    expect(armed(world)).toEqual([first - 10 * SECOND]);
    expect(world.wakeUps.pending).toHaveLength(1);
  });

  it('is seen to once before and once after for all of a shard who get the same', async () => {
    let arms = 0;
    const world = createWorld({
      between: ({ timers }) => ({
        timers: beforehand(timers, 'arm', async () => {
          arms += 1;
        }),
      }),
    });
    const { shop } = await subscribed(world);
    const others = await Promise.all(Array.from({ length: 40 }, (_, i) => world.connect(`device-${i}`)));
    for (const other of others) await other.request({ action: 'subscribe', queue: QUEUE });
    arms = 0;
    await shop.request(publish(1));
    expect(arms).toBeGreaterThanOrEqual(2);
    // Those who are served at the same time may each see to it before the first has.
    expect(arms).toBeLessThanOrEqual(16 + 1);
  });

  it('is armed anew for what is due earlier', async () => {
    const { world, billing, shop } = await subscribed();
    await shop.request(publish(2));
    await billing.request({ action: 'nack', queue: QUEUE, seqs: [1], delay: 5 });
    expect(armed(world)).toEqual([5 * SECOND]);
    await billing.request({ action: 'extend', queue: QUEUE, seqs: [2], seconds: 1 });
    expect(armed(world)).toEqual([SECOND]);
  });

  it('is armed anew after it went off early', async () => {
    const { world, billing, shop } = await subscribed();
    await shop.request(publish(1));
    await billing.request({ action: 'extend', queue: QUEUE, seqs: [1], seconds: 300 });
    await world.pass(40 * SECOND);
    expect(armed(world)).toEqual([260 * SECOND]);
  });

  it('is not armed while nothing is in flight', async () => {
    const { world, billing, shop } = await subscribed();
    await shop.request(publish(1));
    await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
    await world.pass(60 * SECOND);
    expect([armed(world), world.wakeUps.pending]).toEqual([[], []]);
  });

  it('is not armed for those who are away, and none of their attempts is used up', async () => {
    const { world, billing, shop } = await subscribed();
    await shop.request(publish(2));
    await world.disconnect(billing);
    await world.pass(3_600 * SECOND);
    await shop.request(publish(1));
    expect([armed(world), world.wakeUps.pending]).toEqual([[], []]);
    expect((await world.state(billing))?.inFlight.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });

  it('may be late, or go off twice', async () => {
    const { world, billing, shop } = await subscribed();
    await shop.request(publish(1));
    billing.take();
    for (let i = 0; i < 3; i++) await world.wakeShard();
    expect(billing.take()).toEqual([]);
    await world.pass(40 * SECOND);
    await world.wakeShard();
    expect(delivered(billing.take())).toEqual(['1:2']);
  });

  it('is armed before what is in flight is stored: a crash in between costs a wake-up for nothing', async () => {
    let failing = false;
    const world = createWorld({
      between: ({ subscriptions }) => ({
        subscriptions: beforehand(subscriptions, 'save', () => {
          if (failing) throw new Unavailable('at present');
        }),
      }),
    });
    const { billing, shop } = await subscribed(world);
    failing = true;
    await shop.request(publish(1));
    expect(armed(world)).toHaveLength(1);
    expect(billing.take()).toEqual([]);
    failing = false;
    await world.pass(SECOND);
    expect(delivered(billing.take())).toEqual(['1:1']);
  });
});

it('what is stored after the pending timer went off is found by another, should that one have seen nothing', async () => {
  const shard = { queue: QUEUE, shard: 0 };
  const early = once(async () => {
    for (const firesAt of [...world.timers.armed.values()]) await world.ports.timers.begun(shard, firesAt);
  });
  const world = createWorld({
    between: ({ subscriptions }) => ({ subscriptions: beforehand(subscriptions, 'save', early) }),
  });
  const { billing, shop } = await subscribed(world);
  await shop.request(publish(1));
  await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
  early.arm();
  await shop.request(publish(1));
  expect(armed(world)).toHaveLength(1);
});

it.each([
  ['seek', 'ack', { to: 'earliest' }],
  ['redrive', 'reject', {}],
])(
  'what a %s makes due is found 10 s later, should its process die as soon as it is stored',
  async (action, settle, more) => {
    const died = once(crash);
    const world = createWorld({
      between: ({ subscriptions }) => ({ subscriptions: afterwards(subscriptions, 'save', died) }),
    });
    const { billing, shop } = await subscribed(world);
    await shop.request(publish(1));
    await billing.request({ action: settle, queue: QUEUE, seqs: [1] });
    billing.take();
    died.arm();
    expect(await billing.request({ action, queue: QUEUE, ...more })).toMatchObject({ type: 'error' });
    expect(billing.take()).toEqual([]);
    await world.pass(10 * SECOND);
    expect(delivered(billing.take())).toEqual(['1:1']);
  },
);

describe('what an ack makes room for', () => {
  const full = async (world: World) => {
    const { billing, shop } = await subscribed(world);
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1 });
    await shop.request(publish(2));
    expect(delivered(billing.take())).toEqual(['1:1']);
    return billing;
  };

  it('is found at the deadline of what was acked, should its process die as soon as that is stored', async () => {
    const died = once(crash);
    const world = createWorld({
      between: ({ subscriptions }) => ({ subscriptions: afterwards(subscriptions, 'save', died) }),
    });
    const billing = await full(world);
    died.arm();
    await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
    await world.pass(29 * SECOND);
    expect(delivered(billing.take())).toEqual([]);
    await world.pass(4 * SECOND);
    expect(delivered(billing.take())).toEqual(['2:1']);
  });

  it('is delivered though it is not known that the ack was stored, another being stored meanwhile', async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const world = createWorld({
      between: ({ subscriptions }) => ({
        subscriptions: misheard(subscriptions, 'save', async () => {
          const other = meanwhile;
          meanwhile = undefined;
          await other?.();
          return other && false;
        }),
      }),
    });
    const { billing, shop } = await subscribed(world);
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 2 });
    await shop.request(publish(3));
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
    meanwhile = () => billing.ask({ action: 'ack', queue: QUEUE, seqs: [2] });
    await billing.ask({ action: 'ack', queue: QUEUE, seqs: [1] });
    expect(delivered(billing.take())).toEqual(['3:1']);
  });

  it('is delivered in one frame after acks that came together, where wake-ups can be gathered', async () => {
    const asked: SubscriptionKey[] = [];
    const world = createWorld({
      between: ({ wakeUps }) => ({ wakeUps: { ...wakeUps, gather: (key) => void asked.push(key) } }),
    });
    const { billing, shop } = await subscribed(world);
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 2 });
    await shop.request(publish(4));
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
    for (const seq of [1, 2]) await billing.request({ action: 'ack', queue: QUEUE, seqs: [seq] });
    expect(billing.take()).toEqual([]);
    expect(asked).toMatchObject([billing.key]);
    const { queue, shard, client } = billing.key;
    await wake(world.ports, { kind: 'subscription', shard: { queue, shard }, client });
    expect(billing.take()).toMatchObject([{ type: 'messages', messages: [{ seq: 3 }, { seq: 4 }] }]);
  });

  it('is left to a wake-up, and the ack answered, if it cannot be delivered at present', async () => {
    const failed = once(() => {
      throw new Unavailable('at present');
    });
    const world = createWorld({ between: ({ log }) => ({ log: beforehand(log, 'read', failed) }) });
    const billing = await full(world);
    failed.arm();
    const reply = await billing.ask({ action: 'ack', ref: '1', queue: QUEUE, seqs: [1] });
    expect(reply).toMatchObject({ type: 'acked', settled: 1 });
    expect(delivered(billing.take())).toEqual([]);
    await world.pump();
    expect(delivered(billing.take())).toEqual(['2:1']);
  });
});

it('many subscribers whose pushes fail delay no other', async () => {
  let failing = false;
  const world = createWorld({
    between: ({ pusher }) => ({
      pusher: beforehand(pusher, 'push', (to) => {
        if (failing && to !== 'good') throw new Unavailable('at present');
      }),
    }),
  });
  for (let i = 0; i < 40; i++) await (await world.connect(`poor ${i}`)).request({ action: 'subscribe', queue: QUEUE });
  const good = await world.connect('good', 'good');
  await good.request({ action: 'subscribe', queue: QUEUE });
  good.take();
  const shop = await world.connect('shop');
  await shop.ask(publish(1));
  failing = true;
  await world.pump();
  expect(delivered(good.take())).toEqual(['1:1']);
  expect(world.failures).toHaveLength(1);
});

describe('one subscriber whose', () => {
  const poor = 'poor';

  it.each([
    ['push fails', ({ pusher }: World['ports']) => ({ pusher: beforehand(pusher, 'push', refuse) })],
    ['push never ends', ({ pusher }: World['ports']) => ({ pusher: beforehand(pusher, 'push', hang) })],
    [
      'state cannot be stored',
      ({ subscriptions }: World['ports']) => ({ subscriptions: beforehand(subscriptions, 'save', refuse) }),
    ],
  ])('%s delays no other', async (_, between) => {
    trouble = false;
    const world = createWorld({ between });
    const wires = [];
    for (const client of ['a', poor, 'z']) {
      const wire = await world.connect(client, `to ${client}`);
      await wire.request({ action: 'subscribe', queue: QUEUE });
      wire.take();
      wires.push(wire);
    }
    const shop = await world.connect('shop');
    await shop.ask(publish(1));
    trouble = true;
    await Promise.race([world.pump(), new Promise((resolve) => setImmediate(resolve))]);
    expect(wires.map((wire) => delivered(wire.take()))).toEqual([['1:1'], [], ['1:1']]);
  });

  let trouble = false;
  const concerns = (what: unknown) => trouble && JSON.stringify(what).includes(poor);
  const refuse = (what: unknown) => {
    if (concerns(what)) throw new Unavailable('at present');
  };
  const hang = async (what: unknown) => {
    if (concerns(what)) await new Promise(() => undefined);
  };
});

it('each shard of a large queue is woken', async () => {
  const world = createWorld({ settings: { shardSize: 2 } });
  const wires = [];
  for (const client of ['a', 'b', 'c', 'd', 'e']) {
    const wire = await world.connect(client);
    await wire.request({ action: 'subscribe', queue: QUEUE });
    wire.take();
    wires.push(wire);
  }
  await (await world.connect('shop')).request(publish(1));
  expect(wires.map((wire) => delivered(wire.take()))).toEqual(wires.map(() => ['1:1']));
});

it('what all get is encoded once, and read from the log once', async () => {
  let reads = 0;
  const world = createWorld({
    between: ({ log }) => ({
      log: beforehand(log, 'read', () => {
        reads += 1;
      }),
    }),
  });
  for (const client of ['a', 'b', 'c'])
    await (await world.connect(client)).request({ action: 'subscribe', queue: QUEUE });
  const shop = await world.connect('shop');
  const before = world.pusher.sent.length;
  reads = 0;
  await shop.request(publish(3));
  const frames = world.pusher.sent.slice(before).map(({ frame }) => frame);
  expect(frames).toHaveLength(3);
  expect(new Set(frames).size).toBe(1);
  expect(reads).toBe(1);
});
