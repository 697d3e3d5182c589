import { HELD_MESSAGES } from '../../../broker/model/limits';
import type { DeadLetter } from '../../../broker/model/message';
import type { Subscription } from '../../../broker/model/subscription';
import { COUNTED_LETTERS } from '../../../broker/ports/deadLetters';
import { delivered, gaps, publish } from './frames';
import { afterwards, beforehand, crash, once } from './interpose';
import { letters, oneInFlight } from './oneInFlight';
import { createWorld, QUEUE, type Wire, type World } from './world';

const DAY = 86_400_000;

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

  it('is buried by one process at a time, though all that died with it take longer than five seconds', async () => {
    const puts = new Map<number, number>();
    const world: World = createWorld({
      between: ({ deadLetters }) => ({
        deadLetters: beforehand(deadLetters, 'put', async (_owner, letter) => {
          const { seq } = (letter as DeadLetter).message;
          const before = puts.get(seq) ?? 0;
          puts.set(seq, before + 1);
          // Each 25 letters take 6 s: another wake-up takes over what is left.
          if (seq % 25 === 0 && before === 0) await world.pass(6_000);
        }),
      }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, ackDeadline: 900 });
    await shop.request(publish(100));
    const seqs = Array.from({ length: 100 }, (_, index) => index + 1);
    await billing.request({ action: 'reject', queue: QUEUE, seqs });
    await world.pass(60_000);
    expect(await billing.request({ action: 'list', what: 'subscriptions', queue: QUEUE })).toMatchObject({
      items: [{ dead: 100, inFlight: 0 }],
    });
    expect((await world.state(billing))?.inFlight).toEqual([]);
    // Those that were under way when they were taken over, and no others.
    expect(Math.max(...puts.values())).toBe(2);
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

it('a list of all dead letters of a queue goes on with the next subscriber where the one before has ended', async () => {
  const world = createWorld();
  const shop = await world.connect('shop');
  const [first, second] = [await world.connect('a'), await world.connect('b')];
  for (const wire of [first, second]) await wire.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(4));
  for (const wire of [first, second]) await wire.request({ action: 'reject', queue: QUEUE, seqs: [1, 2, 3, 4] });
  const page = async (cursor?: string) => {
    const reply = await shop.request({ action: 'list', what: 'deadLetters', queue: QUEUE, limit: 2, ...{ cursor } });
    if (reply?.type !== 'list' || reply.what !== 'deadLetters') throw new Error('no list');
    const letters = reply.items.map((item) =>
      'clientId' in item && 'seq' in item ? `${item.clientId}${item.seq}` : '',
    );
    return { cursor: reply.cursor, letters };
  };
  const begun = await page();
  expect(begun.letters).toEqual(['a1', 'a2']);
  await first.request({ action: 'unsubscribe', queue: QUEUE });
  const next = await page(begun.cursor);
  const last = await page(next.cursor);
  expect([...next.letters, ...last.letters]).toEqual(['b1', 'b2', 'b3', 'b4']);
});

it('dead letters are counted beside those that are in flight again, however few of very many a store counts', async () => {
  const world = createWorld({
    between: ({ deadLetters }) => ({
      deadLetters: new Proxy(deadLetters, {
        get: (store, name: keyof typeof deadLetters) =>
          name !== 'count'
            ? store[name].bind(store)
            : async (...[owner, now, least = COUNTED_LETTERS]: Parameters<typeof store.count>) =>
                Math.min(least, await store.count(owner, now)),
      }),
    }),
  });
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1000 });
  for (let from = 1; from <= 1_400; from += 100) {
    await shop.request(publish(100));
    const seqs = Array.from({ length: 100 }, (_, index) => from + index);
    await billing.request({ action: 'reject', queue: QUEUE, seqs });
  }
  const seqs = Array.from({ length: 300 }, (_, index) => 1 + index);
  await billing.request({ action: 'redrive', queue: QUEUE, seqs });
  const reply = await billing.request({ action: 'list', what: 'subscriptions', queue: QUEUE });
  expect(reply).toMatchObject({ items: [{ dead: 1_000 }] });
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
