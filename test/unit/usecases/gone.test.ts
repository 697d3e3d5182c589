import type { ConnectionId } from '../../../broker';
import { LET_GO_RETRY_MS } from '../../../broker/model/limits';
import { Unavailable } from '../../../broker/ports';
import { delivered, gaps, joints, publish } from './frames';
import { afterwards, beforehand, once } from './interpose';
import { createWorld, QUEUE, type Wire } from './world';

const OLD = 11_000;
const HOUR = 3_600_000;
const retained = { settings: { messageRetention: 2 * HOUR, connectionLifetime: 99 * HOUR } };

/** A world in which `billing` is subscribed and has been connected for a while. */
async function settledIn(world = createWorld(), settings = {}) {
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, ...settings });
  await world.pass(OLD);
  billing.take();
  return { world, billing, shop };
}

describe('a push that is refused because the connection is gone', () => {
  it('counts no attempt: the next connection gets the same frame', async () => {
    const { world, billing, shop } = await settledIn();
    await shop.request(publish(1));
    expect(joints(billing.take())).toEqual(['1-2']);
    await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
    world.vanish(billing);
    await shop.request(publish(2));
    const state = await world.state(billing);
    expect(state).toMatchObject({ next: 2, covered: 2, inFlight: [], connections: [] });
    const frames = (await world.connect('billing')).take();
    expect([delivered(frames), joints(frames)]).toEqual([['2:1', '3:1'], ['2-4']]);
  });

  it('is closed before the subscription lets go of it, for nobody would come back to it afterwards', async () => {
    const attached: (number | undefined)[] = [];
    const { world, billing, shop } = await settledIn(
      createWorld({
        between: ({ pusher }) => ({
          pusher: beforehand(pusher, 'close', async () => {
            attached.push((await world.state(billing))?.connections.length);
          }),
        }),
      }),
    );
    world.vanish(billing);
    await shop.request(publish(1));
    expect(attached).toEqual([1]);
    expect(await world.state(billing)).toMatchObject({ connections: [] });
  });

  it('counts no attempt though it cannot be ended, and is let go of as soon as it can', async () => {
    let isRefused = true;
    const { world, billing, shop } = await settledIn(
      createWorld({
        between: ({ pusher }) => ({
          pusher: beforehand(pusher, 'close', () => {
            if (isRefused) throw new Unavailable('too much is asked');
          }),
        }),
      }),
    );
    world.vanish(billing);
    await shop.request(publish(1));
    await world.pass(HOUR);
    expect(world.failures).toEqual([]);
    expect(await world.state(billing)).toMatchObject({ next: 1, inFlight: [], connections: [{}] });
    expect(world.reports).toContainEqual(expect.objectContaining({ what: expect.stringContaining('let go of') }));
    isRefused = false;
    await world.pass(LET_GO_RETRY_MS);
    expect(await world.state(billing)).toMatchObject({ next: 1, connections: [] });
    expect(delivered((await world.connect('billing')).take())).toEqual(['1:1']);
  });

  it('counts no attempt of a redelivery either', async () => {
    const { world, billing, shop } = await settledIn();
    await shop.request(publish(1));
    world.vanish(billing);
    await world.pass(33_000);
    expect(await world.state(billing)).toMatchObject({ inFlight: [{ seq: 1, attempt: 1 }], connections: [] });
    expect(delivered((await world.connect('billing')).take())).toEqual(['1:2']);
  });

  it('is made at once to a connection that was made meanwhile', async () => {
    const connected = once(async () => {
      next = await world.open('billing', 'next');
      await world.welcome(next);
    });
    let next: Wire | undefined;
    const world = createWorld({ between: ({ pusher }) => ({ pusher: beforehand(pusher, 'push', connected) }) });
    const { billing, shop } = await settledIn(world);
    world.vanish(billing);
    await shop.ask(publish(1));
    connected.arm();
    await world.pump();
    const frames = next?.take() ?? [];
    // Shown what was in flight when it came, and delivered what had been taken back.
    expect([delivered(frames), joints(frames)]).toEqual([
      ['1:1', '1:1'],
      ['again', '1-2'],
    ]);
    expect(await world.state(billing)).toMatchObject({ next: 2, inFlight: [{ seq: 1, attempt: 1 }] });
  });

  it('tells the gap that it held to the next connection', async () => {
    const { world, billing, shop } = await settledIn(createWorld(retained), { maxDeliveries: 0, ackDeadline: 900 });
    await shop.request(publish(1));
    await world.pass(2 * HOUR - 1_000);
    world.vanish(billing);
    await world.pass(990_000);
    expect(await world.state(billing)).toMatchObject({ connections: [], inFlight: [{ seq: 1 }] });
    expect(gaps((await world.connect('billing')).take())).toEqual(['1-1']);
  });

  it('tells a gap when a connection takes it that was too slow before', async () => {
    const { world, billing, shop } = await settledIn(createWorld(retained), { maxDeliveries: 0, ackDeadline: 900 });
    await shop.request(publish(1));
    billing.take();
    world.pusher.answer(billing.connection, 'slow');
    await world.pass(2 * HOUR + 900_000);
    expect(await world.state(billing)).toMatchObject({ inFlight: [{ seq: 1 }] });
    world.pusher.answer(billing.connection, 'sent');
    await world.pass(900_000);
    expect(gaps(billing.take())).toEqual(['1-1']);
    expect(await world.state(billing)).toMatchObject({ inFlight: [] });
  });

  it('joins the next frame to the last that arrived, also where a gap was refused with it', async () => {
    const closing = once(() => world.pusher.answer('closing' as ConnectionId, 'gone'));
    const world = createWorld({
      ...retained,
      between: ({ pusher }) => ({ pusher: afterwards(pusher, 'push', closing) }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, events: ['wanted'] });
    await shop.request(publish(100, 'other'));
    await world.disconnect(billing);
    await shop.request(publish(1, 'wanted'));
    await world.pass(HOUR);
    await shop.request(publish(1, 'wanted'));
    await world.pass(HOUR);
    closing.arm();
    const again = await world.connect('billing', 'closing');
    expect(again.take().map(({ type }) => type)).toEqual(['welcome']);
    world.pusher.answer(again.connection, 'sent');
    await world.pass(1_000);
    const frames = again.take();
    expect([gaps(frames), delivered(frames), joints(frames)]).toEqual([['101-101'], ['102:1'], ['1-103']]);
  });

  it('calls nothing gone that had been passed over, unwanted, before', async () => {
    const { world, billing, shop } = await settledIn(createWorld(retained), { events: ['wanted'] });
    await shop.request(publish(100, 'other'));
    await world.pass(2 * HOUR);
    world.vanish(billing);
    await shop.request(publish(1, 'wanted'));
    const frames = (await world.connect('billing')).take();
    expect([gaps(frames), joints(frames)]).toEqual([[], ['1-102']]);
  });

  it('takes back only what came after the frames that were taken', async () => {
    let room = Infinity;
    const full = 'x'.repeat(20_000);
    const world = createWorld({
      between: ({ pusher }) => ({
        pusher: {
          push: async (connection, frames) => {
            const taken = frames.slice(0, room);
            await pusher.push(connection, taken);
            return { outcome: taken.length < frames.length ? 'gone' : 'sent', sent: taken.length };
          },
          close: (...args) => pusher.close(...args),
        },
      }),
    });
    const { billing, shop } = await settledIn(world);
    await shop.ask({ ...publish(0), messages: [{ event: 'add', payload: full }] });
    await shop.ask({ ...publish(0), messages: [{ event: 'add', payload: full }] });
    room = 1;
    await world.pump();
    expect(joints(billing.take())).toEqual(['1-2']);
    expect(await world.state(billing)).toMatchObject({ next: 2, covered: 2, inFlight: [{ seq: 1, attempt: 1 }] });
    room = Infinity;
    const frames = (await world.connect('billing')).take();
    expect([joints(frames), delivered(frames)]).toEqual([
      ['again', '2-3'],
      ['1:2', '2:1'],
    ]);
  });

  it('is not given back while another connection is only slow, for it may have arrived there', async () => {
    const { world, billing, shop } = await settledIn();
    const slow = await world.connect('billing');
    world.vanish(billing);
    world.pusher.answer(slow.connection, 'slow');
    await shop.request(publish(1));
    expect(await world.state(slow)).toMatchObject({ next: 2, inFlight: [{ seq: 1, attempt: 1 }] });
  });

  it('is taken by the other connections of the client', async () => {
    const { world, billing, shop } = await settledIn();
    const other = await world.connect('billing');
    world.vanish(billing);
    await shop.request(publish(1));
    expect(delivered(other.take())).toEqual(['1:1']);
    expect(await world.state(other)).toMatchObject({
      inFlight: [{ seq: 1, attempt: 1 }],
      connections: [{ connection: other.connection }],
    });
  });

  it('takes nothing back of what was sent anew after a seek meanwhile', async () => {
    let other: Wire | undefined;
    const meanwhile = once(async () => {
      other = await world.open('billing', 'other');
      await world.welcome(other);
      await other.ask({ action: 'seek', queue: QUEUE, to: 'earliest' });
      await world.wakeShard();
    });
    const world = createWorld({ between: ({ pusher }) => ({ pusher: beforehand(pusher, 'push', meanwhile) }) });
    const { billing, shop } = await settledIn(world, { maxDeliveries: 1 });
    world.vanish(billing);
    await shop.ask(publish(1));
    meanwhile.arm();
    await world.pump();
    const frames = other?.take() ?? [];
    // Shown as it joined; then delivered after its seek, once.
    expect(joints(frames)).toEqual(['again', '1-2']);
    expect(await world.state(billing)).toMatchObject({ next: 2, inFlight: [{ seq: 1, attempt: 1 }] });
  });

  it('takes nothing back that another connection acked meanwhile', async () => {
    let other: Wire | undefined;
    const meanwhile = once(async () => {
      other = await world.open('billing', 'other');
      await world.welcome(other);
      await other.ask({ action: 'ack', queue: QUEUE, seqs: [1, 2] });
    });
    const world = createWorld({ between: ({ pusher }) => ({ pusher: beforehand(pusher, 'push', meanwhile) }) });
    const { billing, shop } = await settledIn(world);
    world.vanish(billing);
    await shop.ask(publish(2));
    meanwhile.arm();
    await world.pump();
    await world.pass(60_000);
    const frames = other?.take() ?? [];
    // Shown as it joined; then acked.
    expect(delivered(frames)).toEqual(['1:1', '2:1']);
    expect(await world.state(billing)).toMatchObject({ next: 3, inFlight: [] });
  });
});

describe('a connection that was made a moment ago', () => {
  it('and refuses its welcome may only not be open yet: it is tried again', async () => {
    const world = createWorld();
    const billing = await world.open('billing', 'young');
    world.vanish(billing);
    await world.pump();
    expect(billing.take()).toEqual([]);
    world.pusher.answer(billing.connection, 'sent');
    await world.pass(1_000);
    expect(billing.take()).toMatchObject([{ type: 'welcome' }]);
  });

  it('is given up when it is not open after 10 s', async () => {
    const world = createWorld();
    const billing = await world.open('billing', 'young');
    world.vanish(billing);
    await world.pass(10_000);
    expect(await world.ports.connections.get(billing.connection, world.ports.clock.now())).toBeUndefined();
    expect(world.wakeUps.pending).toEqual([]);
  });

  it('stays attached when it refuses a delivery, which is tried again with the same frame', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    billing.take();
    world.vanish(billing);
    await shop.request(publish(1));
    expect(await world.state(billing)).toMatchObject({ next: 1, connections: [{ connection: billing.connection }] });
    await world.pass(1_000);
    world.pusher.answer(billing.connection, 'sent');
    await world.pass(1_000);
    expect([billing.take()].map((frames) => [delivered(frames), joints(frames)])).toEqual([[['1:1'], ['1-2']]]);
  });
});

it('a connection that is too slow keeps what it was given until its deadline', async () => {
  const { world, billing, shop } = await settledIn();
  world.pusher.answer(billing.connection, 'slow');
  await shop.request(publish(1));
  expect(await world.state(billing)).toMatchObject({ next: 2, inFlight: [{ seq: 1, attempt: 1 }] });
  world.pusher.answer(billing.connection, 'sent');
  await world.pass(33_000);
  expect(delivered(billing.take())).toEqual(['1:2']);
});

it('a delivery that was throttled costs no attempt, however often: it is made when it can be', async () => {
  const { world, billing, shop } = await settledIn();
  world.pusher.answer(billing.connection, 'throttled');
  await shop.request(publish(3));
  await world.pass(HOUR);
  expect(await world.state(billing)).toMatchObject({ next: 4, inFlight: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] });
  billing.take();
  world.pusher.answer(billing.connection, 'sent');
  await world.pass(33_000);
  expect(delivered(billing.take())).toEqual(['1:1', '2:1', '3:1']);
});

it('a delivery that another connection took counts, though it was throttled to one', async () => {
  const { world, billing, shop } = await settledIn();
  const other = await world.connect('billing', 'other');
  world.pusher.answer(billing.connection, 'throttled');
  await shop.request(publish(1));
  expect(delivered(other.take())).toEqual(['1:1']);
  expect(await world.state(billing)).toMatchObject({ inFlight: [{ seq: 1, attempt: 1 }] });
});

describe('a push that fails', () => {
  /** `billing` with two connections, to one of which nothing can be pushed. */
  async function withOneBroken() {
    const refused = new Set<unknown>();
    const world = createWorld({
      between: ({ pusher }) => ({
        pusher: beforehand(pusher, 'push', (connection) => {
          if (refused.has(connection)) throw new Error('it may not be pushed to');
        }),
      }),
    });
    const { billing, shop } = await settledIn(world);
    const other = await world.connect('billing', 'other');
    other.take();
    refused.add(other.connection);
    return { world, billing, shop, other, refused };
  }

  it('costs the other connections of the client nothing', async () => {
    const { world, billing, shop } = await withOneBroken();
    await shop.request(publish(2));
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
    expect(await billing.request({ action: 'ack', ref: 'a', queue: QUEUE, seqs: [1, 2] })).toMatchObject({
      type: 'acked',
      settled: 2,
    });
    expect(await world.state(billing)).toMatchObject({ next: 3, inFlight: [] });
  });

  it('is repeated by a wake-up where it failed for all', async () => {
    const { world, billing, shop, refused } = await withOneBroken();
    refused.add(billing.connection);
    await shop.request(publish(1)).catch(() => undefined);
    refused.clear();
    await world.pass(60_000);
    expect(delivered(billing.take())).toEqual(['1:2']);
  });
});
