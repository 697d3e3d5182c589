import { delivered, joints, publish } from './frames';
import { afterwards, once } from './interpose';
import { createWorld, QUEUE, type Wire, type World } from './world';

const subscribe = { action: 'subscribe', queue: QUEUE };

async function subscribed(): Promise<{ world: World; wire: Wire; shop: Wire }> {
  const world = createWorld();
  const [wire, shop] = [await world.connect('billing'), await world.connect('shop')];
  await wire.request(subscribe);
  wire.take();
  return { world, wire, shop };
}

describe.each(['known', 'found out by a push'])('a connection that is full, which is %s', (how) => {
  const fill = (world: World, { connection }: Wire) => {
    world.pusher.answer(connection, 'full');
    if (how !== 'known') world.pusher.isFull = () => false;
  };
  const drain = async (world: World, wire: Wire) => {
    world.pusher.answer(wire.connection, 'sent');
    await world.welcome(wire);
    await world.pump();
  };

  it('uses up no attempt, and is delivered everything in order when it takes frames again', async () => {
    const { world, wire, shop } = await subscribed();
    await shop.request(publish(2));
    fill(world, wire);
    await shop.request(publish(3));
    await world.pass(3_600_000);
    world.pusher.takeFrames(wire.connection);
    expect((await world.state(wire))?.inFlight.filter(({ seq }) => seq > 2)).toEqual([]);
    await drain(world, wire);
    const frames = wire.take();
    expect(delivered(frames).filter((one) => /^[345]/.test(one))).toEqual(['3:1', '4:1', '5:1']);
    expect(joints(frames)).toContain('3-6');
  });

  it('costs no other connection of its client anything', async () => {
    const { world, wire, shop } = await subscribed();
    const other = await world.connect('billing');
    other.take();
    fill(world, wire);
    await shop.request(publish(2));
    expect(delivered(other.take())).toEqual(['1:1', '2:1']);
  });

  it('is forgotten when it ends, and its client is delivered everything by the next', async () => {
    const { world, wire, shop } = await subscribed();
    fill(world, wire);
    await shop.request(publish(2));
    await world.disconnect(wire);
    const next = await world.connect('billing');
    expect(delivered(next.take())).toEqual(['1:1', '2:1']);
  });
});

it('a connection that is full while another of its client is not is shown what it missed when it takes frames again', async () => {
  const { world, wire, shop } = await subscribed();
  const other = await world.connect('billing');
  for (const one of [wire, other]) one.take();
  world.pusher.answer(wire.connection, 'full');
  await shop.request(publish(2));
  expect(delivered(other.take())).toEqual(['1:1', '2:1']);
  await other.request({ action: 'ack', queue: QUEUE, seqs: [1] });
  world.pusher.takeFrames(wire.connection);
  world.pusher.answer(wire.connection, 'sent');
  await world.welcome(wire);
  expect(delivered(wire.take())).toEqual(['2:1']);
  await shop.request(publish(1));
  for (const one of [wire, other]) expect(delivered(one.take())).toEqual(['3:1']);
  expect((await world.state(wire))?.connections).toHaveLength(2);
});

it('a connection that is full for the second of two frames is delivered the first once, and the second later', async () => {
  const { world, wire, shop } = await subscribed();
  const push = world.pusher.push;
  world.pusher.push = async (connection, frames) => {
    if (connection !== wire.connection || frames.length < 2) return push(connection, frames);
    await push(connection, frames.slice(0, 1));
    world.pusher.answer(connection, 'full');
    return { outcome: 'full', sent: 1 };
  };
  const big = (payload: string) => ({ event: 'add', payload: payload.repeat(20_000) });
  await shop.request({ action: 'publish', queue: QUEUE, messages: [big('a'), big('b')] });
  expect(delivered(wire.take())).toEqual(['1:1']);
  world.pusher.answer(wire.connection, 'sent');
  await world.welcome(wire);
  const frames = wire.take();
  expect(delivered(frames)).toEqual(['2:1']);
  expect(joints(frames)).toEqual(['2-3']);
});

describe('a connection that joins another, and is to be shown what is in flight there', () => {
  /** So many large messages in flight; another connection takes a frame of a push, then none until it is drained. */
  async function largeInFlight(messages: number, drained: () => Promise<void>) {
    const world = createWorld({
      between: ({ pusher }) => ({
        pusher: {
          close: (...args) => pusher.close(...args),
          push: async (connection, frames) => {
            if (connection !== 'joining') return pusher.push(connection, frames);
            await pusher.push(connection, frames.slice(0, 1));
            return { outcome: frames.length > 1 ? 'full' : 'sent', sent: 1 };
          },
          drained,
        },
      }),
    });
    const [first, shop] = [await world.connect('billing'), await world.connect('shop')];
    await first.request(subscribe);
    const large = { event: 'add', payload: 'x'.repeat(20_000) };
    for (let n = 0; n < messages; n++) await shop.request({ ...publish(0), messages: [large] });
    return { world, first };
  }

  it('is shown the rest, where it was full after a part, as soon as it takes frames again', async () => {
    const { world } = await largeInFlight(3, async () => undefined);
    const joining = await world.connect('billing', 'joining');
    expect(delivered(joining.take())).toEqual(['1:1', '2:1', '3:1']);
  });

  it('is not shown what was acked while it took no frames', async () => {
    let drained = () => {};
    const draining = () =>
      new Promise<void>((resolve) => {
        drained = resolve;
      });
    const { world, first } = await largeInFlight(4, draining);
    const joining = await world.open('billing', 'joining');
    const joined = world.pump();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await first.ask({ action: 'ack', ref: '1', queue: QUEUE, seqs: [2, 4] });
    drained();
    await joined;
    expect(delivered(joining.take())).toEqual(['1:1', '3:1']);
  });

  it('is shown it, although another request attaches all connections before it takes frames again', async () => {
    const world = createWorld();
    const [first, second] = [await world.connect('billing'), await world.connect('billing', 'second')];
    const shop = await world.connect('shop');
    await first.request(subscribe);
    world.pusher.answer(second.connection, 'full');
    await shop.request(publish(1));
    await first.ask({ ...subscribe, ackDeadline: 900 });
    world.pusher.answer(second.connection, 'sent');
    await world.welcome(second);
    await world.pump();
    expect(delivered(second.take())).toEqual(['1:1']);
  });

  it('is shown it, although it subscribes while it is being welcomed', async () => {
    const subscribing = once(async () => void (await second.ask(subscribe)));
    const world = createWorld({
      between: ({ clients }) => ({ clients: afterwards(clients, 'addConnection', subscribing) }),
    });
    const [first, shop] = [await world.connect('billing'), await world.connect('shop')];
    await first.request(subscribe);
    await shop.request(publish(1));
    const second = await world.open('billing', 'second');
    subscribing.arm();
    await world.pump();
    expect(delivered(second.take())).toEqual(['1:1']);
  });
});
