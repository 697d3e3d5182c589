import { farewell, Unavailable, wake, wakeQueue } from '../../../broker';
import type { Shard } from '../../../broker/model/queue';
import { delivered, publish } from './frames';
import { afterwards, beforehand } from './interpose';
import { ANONYMOUS, createWorld, QUEUE, type Wire, type World } from './world';

const SHARDS = 4;
const SHARD_SIZE = 3;

/** Nobody goes on until as many are there as are awaited. */
function meeting(awaited: number) {
  const there = new Set<string>();
  let open = () => {};
  const all = new Promise<void>((resolve) => {
    open = resolve;
  });
  return (who: string): Promise<void> => {
    there.add(who);
    if (there.size === awaited) open();
    return all;
  };
}

/** Subscribers, so many that the shards are full. */
async function fillShards(world: World): Promise<Wire[]> {
  const wires: Wire[] = [];
  for (let i = 0; i < SHARDS * SHARD_SIZE; i++) {
    const wire = await world.connect(`device-${i}`);
    await wire.request({ action: 'subscribe', queue: QUEUE });
    wire.take();
    wires.push(wire);
  }
  return wires;
}

it('the shards of a large queue are delivered side by side: no shard waits for another', async () => {
  let arrive = (_who: string): Promise<void> => Promise.resolve();
  const world = createWorld({
    settings: { shardSize: SHARD_SIZE },
    between: ({ subscriptions }) => ({
      subscriptions: new Proxy(subscriptions, {
        get: (store, name, receiver) =>
          name === 'save'
            ? async (...[subscription, now]: Parameters<typeof subscriptions.save>) => {
                await arrive(`shard ${subscription.shard}`);
                return store.save(subscription, now);
              }
            : Reflect.get(store, name, receiver),
      }),
    }),
  });
  const wires = await fillShards(world);
  const { ports, wakeUps } = world;
  const now = ports.clock.now();
  const draft = { id: '1', idempotent: false, event: 'add', payload: '7', headers: '{}', publisher: 'shop' } as never;
  await ports.log.append(QUEUE, [draft], now, now + 60_000);
  wakeUps.takeDue();
  // Each shard stores its first delivery only once all of them are about to.
  arrive = meeting(SHARDS);
  const first = wakeQueue(ports, QUEUE);
  while (wakeUps.pending.length < SHARDS - 1) await new Promise(setImmediate);
  await Promise.all([first, ...wakeUps.takeDue().map((wakeUp) => wake(ports, wakeUp))]);
  expect(wires.map((wire) => delivered(wire.take()))).toEqual(wires.map(() => ['1:1']));
});

it('the first shard is served whether or not the others can be woken, which is told afterwards', async () => {
  let isFailing = false;
  const world = createWorld({
    settings: { shardSize: SHARD_SIZE },
    between: ({ queues }) => ({
      queues: new Proxy(queues, {
        get: (store, name, receiver) =>
          name === 'get' && isFailing
            ? () => Promise.reject(new Error('the store is gone'))
            : Reflect.get(store, name, receiver),
      }),
    }),
  });
  const wire = await world.connect('device');
  await wire.request({ action: 'subscribe', queue: QUEUE });
  wire.take();
  const { ports } = world;
  const now = ports.clock.now();
  const draft = { id: '1', idempotent: false, event: 'add', payload: '7', headers: '{}', publisher: 'shop' } as never;
  await ports.log.append(QUEUE, [draft], now, now + 60_000);
  isFailing = true;
  await expect(wakeQueue(ports, QUEUE)).rejects.toThrow('the store is gone');
  expect(delivered(wire.take())).toEqual(['1:1']);
});

it('a shard that fails again and again has no other woken at its tries', async () => {
  const woken: number[] = [];
  const isFailing = { first: false };
  const world = createWorld({
    settings: { shardSize: SHARD_SIZE },
    between: ({ subscriptions }) => ({
      subscriptions: beforehand(subscriptions, 'connected', (shard) => {
        const { shard: number } = shard as Shard;
        woken.push(number);
        if (number === 0 && isFailing.first) throw new Unavailable('the shard is throttled');
      }),
    }),
  });
  const wires = await fillShards(world);
  woken.length = 0;
  isFailing.first = true;
  await wires[0]?.ask(publish(1));
  await world.pass(20_000);
  expect(woken.filter((shard) => shard !== 0).sort()).toEqual([1, 2, 3]);
  expect(woken.filter((shard) => shard === 0).length).toBeGreaterThan(15);
  isFailing.first = false;
  await world.pass(1_000);
  expect(wires.map((wire) => delivered(wire.take()))).toEqual(wires.map(() => ['1:1']));
});

describe('a subscription that ended by itself', () => {
  const DAY = 86_400_000;
  const HOUR = 3_600_000;

  /** A world that counts how many subscriptions were placed and not forgotten. */
  function counting(settings = {}) {
    const counted = { now: 0 };
    const add = (more: number) => () => {
      counted.now += more;
    };
    const world = createWorld({
      settings,
      between: ({ queues }) => ({
        queues: afterwards(afterwards(queues, 'placeSubscription', add(1)), 'forgetSubscription', add(-1)),
      }),
    });
    return { world, counted };
  }

  it('is counted no more, once, when the connection of its anonymous client ends, however late that is seen', async () => {
    const { world, counted } = counting();
    const wire = await world.connect(ANONYMOUS);
    await wire.request({ action: 'subscribe', queue: QUEUE });
    await world.pass(2 * HOUR);
    expect(await world.state(wire)).toBeUndefined();
    expect(counted.now).toBe(1);
    await world.disconnect(wire);
    await farewell(world.ports, wire);
    expect(counted.now).toBe(0);
  });

  it('is counted as one with the one that is made in its place', async () => {
    const { world, counted } = counting();
    for (let times = 0; times < 3; times++) {
      const wire = await world.connect('billing');
      expect(await wire.request({ action: 'subscribe', queue: QUEUE })).toMatchObject({ created: true });
      await world.disconnect(wire);
      await world.pass(32 * DAY);
    }
    expect(counted.now).toBe(1);
  });

  it('leaves its place in its shard to another, so that the shards become no more', async () => {
    const { world } = counting({ shardSize: SHARD_SIZE });
    for (let generation = 0; generation < 4; generation++) {
      for (let device = 0; device < SHARD_SIZE; device++) {
        const wire = await world.connect(`device-${generation}-${device}`);
        await wire.request({ action: 'subscribe', queue: QUEUE });
        await world.disconnect(wire);
      }
      await world.pass(32 * DAY);
    }
    expect(await world.ports.queues.get(QUEUE)).toMatchObject({ shards: 1 });
  });
});
