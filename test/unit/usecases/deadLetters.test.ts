import { HELD_MESSAGES } from '../../../broker/model/limits';
import type { DeadLetter } from '../../../broker/model/message';
import type { Subscription } from '../../../broker/model/subscription';
import { delivered, gaps, ofType, publish } from './frames';
import { afterwards, beforehand, crash, once } from './interpose';
import { createWorld, QUEUE, type Wire, type World } from './world';

const DAY = 86_400_000;

/** A world with a message in flight to `billing`. */
async function oneInFlight(world: World, settings = {}): Promise<{ billing: Wire; shop: Wire }> {
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, ...settings });
  await shop.request(publish(1));
  billing.take();
  return { billing, shop };
}

const letters = async (wire: Wire) => {
  const reply = await wire.request({ action: 'list', what: 'deadLetters', queue: QUEUE, clientId: 'billing' });
  return reply?.type === 'list' ? reply.items : reply;
};

describe('a message that is rejected', () => {
  it('is a dead letter with its payload and the reason', async () => {
    const { billing } = await oneInFlight(createWorld());
    const reply = await billing.request({ action: 'reject', ref: '1', queue: QUEUE, seqs: [1], reason: 'malformed' });
    expect(reply).toMatchObject({ type: 'rejected', settled: 1, inFlight: 0 });
    expect(await letters(billing)).toMatchObject([{ seq: 1, payload: 0, reason: 'malformed', attempts: 1 }]);
    expect(await billing.request({ action: 'status', queue: QUEUE, seq: 1 })).toMatchObject({
      subscribers: [{ clientId: 'billing', state: 'dead' }],
    });
  });

  it.each([
    ['before its letter is stored', beforehand],
    ['after its letter was stored, before it is let go', afterwards],
  ])('is buried although the process dies %s', async (_, when) => {
    const death = once(crash);
    const world = createWorld({ between: ({ deadLetters }) => ({ deadLetters: when(deadLetters, 'put', death) }) });
    const { billing } = await oneInFlight(world);
    death.arm();
    const reply = await billing.request({ action: 'reject', queue: QUEUE, seqs: [1], reason: 'malformed' });
    expect(reply).toMatchObject({ type: 'error', code: 'internal' });
    const inFlight = await billing.request({ action: 'catchup', ref: '2' });
    expect(inFlight).toMatchObject({ redelivered: 0 });
    await world.pass(5_000);
    expect(delivered(billing.take())).toEqual([]);
    expect(await letters(billing)).toMatchObject([{ seq: 1, reason: 'malformed' }]);
    const key = { queue: QUEUE, shard: 0, client: billing.client };
    expect(await world.ports.subscriptions.get(key, world.ports.clock.now())).toMatchObject({ inFlight: [] });
  });

  it('is tried to be buried every five seconds while that fails, however long it takes', async () => {
    const tries: number[] = [];
    let isFailing = true;
    const world: World = createWorld({
      between: ({ deadLetters }) => ({
        deadLetters: beforehand(deadLetters, 'put', () => {
          tries.push(world.ports.clock.now());
          if (isFailing) throw new Error('the table is throttled');
        }),
      }),
    });
    const { billing } = await oneInFlight(world, { ackDeadline: 900 });
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1], reason: 'malformed' });
    for (let second = 0; second < 60; second++) await world.pass(1_000);
    expect(tries.length).toBeGreaterThanOrEqual(11);
    expect(tries.length).toBeLessThanOrEqual(13);
    isFailing = false;
    await world.pass(6_000);
    expect(await letters(billing)).toMatchObject([{ seq: 1, reason: 'malformed' }]);
    expect(await world.state(billing)).toMatchObject({ inFlight: [] });
  });

  it('takes no more of the backlog than may be held while letters cannot be stored, and goes on when they can', async () => {
    let isFailing = true;
    const world: World = createWorld({
      between: ({ deadLetters }) => ({
        deadLetters: beforehand(deadLetters, 'put', () => {
          if (isFailing) throw new Error('the table is throttled');
        }),
      }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1_000, ackDeadline: 900 });
    for (let n = 0; n < 50; n++) await shop.request(publish(100));
    let rejected = 0;
    const rejectAll = async () => {
      const seqs = billing.take().flatMap((frame) => (frame.type === 'messages' ? frame.messages : []));
      for (let from = 0; from < seqs.length; from += 500) {
        const some = seqs.slice(from, from + 500).map(({ seq }) => seq);
        rejected += some.length;
        await billing.request({ action: 'reject', queue: QUEUE, seqs: some });
      }
    };
    for (let n = 0; n < 10; n++) {
      await rejectAll();
      await world.pass(6_000);
    }
    expect(rejected).toBe(HELD_MESSAGES);
    expect((await world.state(billing))?.inFlight).toHaveLength(HELD_MESSAGES);
    isFailing = false;
    await world.pass(60_000);
    for (let n = 0; n < 5; n++) {
      await rejectAll();
      await world.pass(6_000);
    }
    expect(rejected).toBe(5_000);
    expect((await world.state(billing))?.inFlight).toEqual([]);
  }, 60_000);

  it('does not keep others from being buried that were before it', async () => {
    const stored: number[] = [];
    const world = createWorld({
      between: ({ deadLetters }) => ({
        deadLetters: beforehand(deadLetters, 'put', (_owner, letter) => {
          const { seq } = (letter as DeadLetter).message;
          if (seq > 50) throw new Error('the table is throttled');
          stored.push(seq);
        }),
      }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, ackDeadline: 900 });
    await shop.request(publish(60));
    const seqs = Array.from({ length: 60 }, (_, index) => index + 1);
    await billing.request({ action: 'reject', queue: QUEUE, seqs });
    expect(stored).toHaveLength(50);
    expect((await world.state(billing))?.inFlight.map(({ seq }) => seq)).toEqual(seqs.slice(50));
  });

  it('is told of as a gap if retention takes it before it is buried', async () => {
    const death = once(crash);
    const world = createWorld({
      settings: { messageRetention: DAY, connectionLifetime: 9 * DAY },
      between: ({ deadLetters }) => ({ deadLetters: beforehand(deadLetters, 'put', death) }),
    });
    const { billing } = await oneInFlight(world, { ackDeadline: 900, maxDeliveries: 0 });
    await world.pass(DAY - 1_000);
    billing.take();
    death.arm();
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1] });
    await world.pass(10_000);
    expect(gaps(billing.take())).toEqual(['1-1']);
    expect(await letters(billing)).toEqual([]);
    expect(await world.state(billing)).toMatchObject({ inFlight: [] });
  });

  it('takes no place of what was delivered in its stead, should retention take it before it is buried', async () => {
    const death = once(crash);
    const mostDelivered: number[] = [];
    const world = createWorld({
      settings: { messageRetention: DAY, connectionLifetime: 9 * DAY },
      between: ({ deadLetters, subscriptions }) => ({
        deadLetters: beforehand(deadLetters, 'put', death),
        subscriptions: beforehand(subscriptions, 'save', (saved) => {
          const { inFlight } = saved as Subscription;
          mostDelivered.push(inFlight.filter(({ dead, waiting }) => !dead && !waiting).length);
        }),
      }),
    });
    const { billing, shop } = await oneInFlight(world, { ackDeadline: 900, maxDeliveries: 0, maxInFlight: 1 });
    await world.pass(DAY - 1_000);
    await shop.request(publish(1));
    death.arm();
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1] });
    billing.take();
    await world.wakeShard();
    expect(delivered(billing.take())).toEqual(['2:1']);
    await world.pass(10_000);
    await billing.request({ action: 'ack', queue: QUEUE, seqs: [2] });
    expect(gaps(billing.take())).toEqual(['1-1']);
    expect(await world.state(billing)).toMatchObject({ inFlight: [] });
    expect(Math.max(...mostDelivered)).toBe(1);
  });

  it('is buried at the next connection when nobody is there to be woken', async () => {
    const death = once(crash);
    const world = createWorld({
      between: ({ deadLetters }) => ({ deadLetters: beforehand(deadLetters, 'put', death) }),
    });
    const { billing, shop } = await oneInFlight(world);
    death.arm();
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1] });
    await world.disconnect(billing);
    await world.pass(60_000);
    expect(await letters(shop)).toEqual([]);
    const again = await world.connect('billing');
    expect(delivered(again.take())).toEqual([]);
    expect(await letters(shop)).toMatchObject([{ seq: 1, reason: 'rejected' }]);
  });
});

it('a message that has had all its deliveries dies of its next nack', async () => {
  const { billing } = await oneInFlight(createWorld(), { maxDeliveries: 2 });
  await billing.request({ action: 'nack', queue: QUEUE, seqs: [1], delay: 0, reason: 'once' });
  expect(delivered(billing.take())).toEqual(['1:2']);
  await billing.request({ action: 'nack', queue: QUEUE, seqs: [1], delay: 0, reason: 'twice' });
  expect(delivered(billing.take())).toEqual([]);
  expect(await letters(billing)).toMatchObject([{ reason: 'twice', attempts: 2 }]);
});

describe('redrive', () => {
  async function rejected(world = createWorld()) {
    const wires = await oneInFlight(world);
    await wires.billing.request({ action: 'reject', queue: QUEUE, seqs: [1] });
    return { world, ...wires };
  }

  it('delivers with attempts counted afresh, and hides the letter until it is settled', async () => {
    const { world, billing } = await rejected();
    const reply = await billing.request({ action: 'redrive', ref: '1', queue: QUEUE });
    expect(reply).toEqual({ type: 'redriven', ref: '1', queue: QUEUE, messages: 1 });
    const frames = billing.take();
    expect([delivered(frames), ofType(frames, 'messages')[0]?.from]).toEqual([['1:1'], undefined]);
    expect(await letters(billing)).toEqual([]);
    await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] });
    expect(await world.ports.deadLetters.get(billing.key, [1], world.ports.clock.now())).toEqual([]);
  });

  it.each([
    ['before its letter is removed', beforehand],
    ['after its letter was removed', afterwards],
  ])('leaves no letter of what was acked although the process dies %s', async (_, when) => {
    const death = once(crash);
    const world = createWorld({ between: ({ deadLetters }) => ({ deadLetters: when(deadLetters, 'remove', death) }) });
    const { billing } = await rejected(world);
    await billing.request({ action: 'redrive', queue: QUEUE });
    billing.take();
    death.arm();
    expect(await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] })).toMatchObject({ code: 'internal' });
    expect(await letters(billing)).toEqual([]);
    expect(await billing.request({ action: 'status', queue: QUEUE, seq: 1 })).toMatchObject({
      subscribers: [{ clientId: 'billing', state: 'settled' }],
    });
    await world.pass(5_000);
    expect(delivered(billing.take())).toEqual([]);
    expect(await letters(billing)).toEqual([]);
    expect(await world.state(billing)).toMatchObject({ inFlight: [] });
  });

  it('has the letter again when it dies again', async () => {
    const { billing } = await rejected();
    await billing.request({ action: 'redrive', queue: QUEUE });
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1], reason: 'still malformed' });
    expect(await letters(billing)).toMatchObject([{ seq: 1, reason: 'still malformed', attempts: 1 }]);
  });

  it('delivers what has left the log', async () => {
    const { world, shop } = await rejected();
    await world.pass(8 * DAY);
    const again = await world.connect('billing');
    again.take();
    expect(await shop.request({ action: 'redrive', queue: QUEUE, clientId: 'billing', seqs: [1, 2] })).toMatchObject({
      messages: 1,
    });
    expect(delivered(again.take())).toEqual(['1:1']);
    await again.request({ action: 'reject', queue: QUEUE, seqs: [1] });
    expect(await letters(shop)).toMatchObject([{ seq: 1, payload: 0 }]);
  });

  it('waits for whom it concerns', async () => {
    const { world, billing, shop } = await rejected();
    await world.disconnect(billing);
    await shop.request({ action: 'redrive', queue: QUEUE, clientId: 'billing' });
    await world.pass(DAY);
    expect(delivered((await world.connect('billing')).take())).toEqual(['1:1']);
  });

  it('again, while it is in flight, does nothing', async () => {
    const { billing } = await rejected();
    await billing.request({ action: 'redrive', queue: QUEUE });
    billing.take();
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 0 });
    expect(billing.take()).toEqual([]);
  });

  it('takes as many as the subscription has room to hold, and the rest when these are settled', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1_000 });
    const thousand = (from: number) => Array.from({ length: 1_000 }, (_, index) => from + index);
    for (const from of [1, 1_001, 2_001, 3_001, 4_001]) {
      for (let batch = 0; batch < 10; batch++) await shop.request(publish(100));
      await billing.request({ action: 'reject', queue: QUEUE, seqs: thousand(from) });
    }
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 4_000 });
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 0 });
    for (let window = 0; window < 4; window++)
      expect(await billing.request({ action: 'ack', ref: 'all', queue: QUEUE, upTo: 4_000 })).toMatchObject({
        settled: 1_000,
      });
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 1_000 });
  });

  it('is not settled by an ack of all up to a number before it was delivered', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 2 });
    await shop.request(publish(2));
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1, 2] });
    await shop.request(publish(2));
    await billing.request({ action: 'redrive', queue: QUEUE });
    expect(delivered(billing.take())).toEqual(['1:1', '2:1', '3:1', '4:1']);
    const ackAll = { action: 'ack', ref: 'all', queue: QUEUE, upTo: 4 };
    expect(await billing.request(ackAll)).toMatchObject({ settled: 2 });
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
    expect(await billing.request(ackAll)).toMatchObject({ settled: 2, inFlight: 0 });
    expect(await letters(shop)).toEqual([]);
  });

  it('of what is in the backlog again delivers it once, with the backlog', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(6));
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [3] });
    await billing.request({ action: 'ack', queue: QUEUE, upTo: 6 });
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 2 });
    await billing.request({ action: 'seek', queue: QUEUE, to: { seq: 1 } });
    billing.take();
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 1 });
    expect(await billing.request({ action: 'ack', ref: 'early', queue: QUEUE, seqs: [3] })).toMatchObject({
      settled: 0,
    });
    expect(delivered(billing.take())).toEqual([]);
    await billing.request({ action: 'ack', queue: QUEUE, upTo: 2 });
    expect(delivered(billing.take())).toEqual(['3:1', '4:1']);
    await billing.request({ action: 'ack', queue: QUEUE, upTo: 6 });
    expect(delivered(billing.take())).toEqual(['5:1', '6:1']);
    await billing.request({ action: 'ack', queue: QUEUE, upTo: 6 });
    expect(await letters(shop)).toEqual([]);
    expect(await billing.request({ action: 'status', queue: QUEUE, seq: 3 })).toMatchObject({
      subscribers: [{ state: 'settled' }],
    });
    await world.pass(DAY);
    expect(delivered(billing.take())).toEqual([]);
  });

  it('of what the backlog has no more delivers the letter, after a gap', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(3));
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [3] });
    await billing.request({ action: 'ack', queue: QUEUE, upTo: 3 });
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1 });
    await billing.request({ action: 'seek', queue: QUEUE, to: { seq: 1 } });
    await billing.request({ action: 'redrive', queue: QUEUE });
    await world.disconnect(billing);
    await world.pass(8 * DAY);
    const frames = (await world.connect('billing')).take();
    expect([gaps(frames), delivered(frames)]).toEqual([['1-1', '2-3'], ['3:1']]);
  });

  it('comes to what is subscribed to, behind more than a subscription can hold of what is not', async () => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, events: ['add', 'delete'], maxInFlight: 1_000 });
    for (let from = 1; from <= 4_000; from += 1_000) {
      for (let batch = 0; batch < 10; batch++) await shop.request(publish(100));
      const seqs = Array.from({ length: 1_000 }, (_, index) => from + index);
      await billing.request({ action: 'reject', queue: QUEUE, seqs });
    }
    await shop.request(publish(1, 'delete'));
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [4_001] });
    await billing.request({ action: 'unsubscribe', queue: QUEUE, events: ['add'] });
    billing.take();
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 1 });
    expect(delivered(billing.take())).toEqual(['4001:1']);
  });

  it('leaves dead what is unsubscribed from while the letters are read', async () => {
    const unsubscribing = once(async () => {
      await billing.ask({ action: 'unsubscribe', queue: QUEUE, events: ['add'] });
    });
    const world = createWorld({
      between: ({ deadLetters }) => ({ deadLetters: afterwards(deadLetters, 'list', unsubscribing) }),
    });
    const { billing } = await oneInFlight(world, { events: ['add', 'delete'] });
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1] });
    unsubscribing.arm();
    expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 0 });
    expect(await letters(billing)).toMatchObject([{ seq: 1 }]);
  });

  describe('of what is older than the subscription', () => {
    /** A dead letter of each of two events, of a subscription that ended; then one to both that is new. */
    async function olderLetters() {
      const world = createWorld();
      const { billing, shop } = await oneInFlight(world);
      await shop.request(publish(1, 'delete'));
      await billing.request({ action: 'reject', queue: QUEUE, seqs: [1, 2] });
      await billing.request({ action: 'unsubscribe', queue: QUEUE });
      await billing.request({ action: 'subscribe', queue: QUEUE, events: ['add', 'delete'] });
      billing.take();
      expect(await billing.request({ action: 'redrive', queue: QUEUE })).toMatchObject({ messages: 2 });
      return { world, billing };
    }

    it('delivers it, again and again until it is settled', async () => {
      const { billing } = await olderLetters();
      expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
      await billing.request({ action: 'nack', queue: QUEUE, seqs: [1, 2], delay: 0 });
      expect(delivered(billing.take())).toEqual(['1:2', '2:2']);
    });

    it('gives up what is unsubscribed from, which stays dead, and nothing else', async () => {
      const { world, billing } = await olderLetters();
      billing.take();
      await billing.request({ action: 'unsubscribe', queue: QUEUE, events: ['delete'] });
      expect(await letters(billing)).toMatchObject([{ seq: 2 }]);
      expect((await world.state(billing))?.inFlight).toMatchObject([{ seq: 1 }]);
      await world.pass(60_000);
      expect(delivered(billing.take())).toEqual(['1:2']);
    });
  });

  it('needs a subscription to deliver to', async () => {
    const { shop } = await rejected();
    expect(await shop.request({ action: 'redrive', queue: QUEUE })).toMatchObject({
      code: 'not_found',
      field: 'clientId',
    });
    expect(await shop.request({ action: 'redrive', queue: 'other' })).toMatchObject({
      code: 'not_found',
      field: 'queue',
    });
  });
});

it('purge drops dead letters, all or those named', async () => {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(3));
  await billing.request({ action: 'reject', queue: QUEUE, seqs: [1, 2, 3] });
  expect(await billing.request({ action: 'purge', queue: QUEUE, seqs: [2, 2, 9] })).toMatchObject({ messages: 1 });
  expect(await letters(billing)).toMatchObject([{ seq: 1 }, { seq: 3 }]);
  expect(await shop.request({ action: 'purge', queue: QUEUE, clientId: 'billing' })).toMatchObject({ messages: 2 });
  expect(await letters(billing)).toEqual([]);
});

describe('very many dead letters', () => {
  /** `billing` with 350 dead letters, and so much time for each request that two pages of them are looked at. */
  async function manyDead() {
    let pages = 0;
    const world = createWorld({
      between: ({ deadLetters }) => ({
        deadLetters: beforehand(deadLetters, 'list', () => {
          pages += 1;
        }),
        deadline: { isNear: () => pages > 0 && pages % 2 === 0 },
      }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1000 });
    for (let seq = 0; seq < 350; seq += 50) await shop.request(publish(50));
    const seqs = Array.from({ length: 350 }, (_, index) => index + 1);
    await billing.request({ action: 'reject', queue: QUEUE, seqs });
    return { billing };
  }
  const counts = async (wire: Wire, action: 'redrive' | 'purge', times: number): Promise<unknown[]> => {
    const answered: unknown[] = [];
    for (let time = 0; time < times; time++) {
      const reply = await wire.request({ action, ref: `${time}`, queue: QUEUE });
      answered.push(reply && 'messages' in reply ? reply.messages : reply);
    }
    return answered;
  };

  it('are dropped as many as there is time for', async () => {
    const { billing } = await manyDead();
    expect(await counts(billing, 'purge', 3)).toEqual([200, 150, 0]);
  });

  it('are redriven as many as there is time for', async () => {
    const { billing } = await manyDead();
    expect(await counts(billing, 'redrive', 1)).toEqual([200]);
  });
});
