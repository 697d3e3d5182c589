import { delivered, gaps, joints, publish } from './frames';
import { afterwards, beforehand, Crash, crash, once } from './interpose';
import { createWorld, QUEUE, type World, type WorldOptions } from './world';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const retained = { settings: { messageRetention: 2 * HOUR, connectionLifetime: 48 * HOUR } };

/** A world in which the next publisher can be made to die after it took its numbers. */
function mortal(options: WorldOptions = {}) {
  const death = once(crash);
  const world = createWorld({ ...options, betweenAppendSteps: async () => death() });
  return { world, death };
}

describe('messages of one queue that are kept for different times', () => {
  const settings = { messageRetention: HOUR, connectionLifetime: 48 * HOUR };

  it.each([
    ['longer', HOUR, 4 * HOUR, [1, 2], ['3:1', '4:1']],
    ['shorter', 4 * HOUR, HOUR, [3, 3], ['1:1', '2:1', '4:1']],
  ])(
    'are delivered, or told of as gone, each by its own, where the later is kept %s',
    async (_, first, second, gone, left) => {
      const changing = { ...settings };
      const world = createWorld({
        between: (ports) => ({ settings: Object.assign(changing, { ...ports.settings, ...settings }) }),
      });
      const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
      await billing.request({ action: 'subscribe', queue: QUEUE });
      await world.disconnect(billing);
      changing.messageRetention = first;
      await shop.request(publish(2));
      changing.messageRetention = second;
      await shop.request(publish(1));
      await world.pass(2 * HOUR);
      await shop.request(publish(1));
      const frames = (await world.connect('billing')).take();
      expect([delivered(frames), gaps(frames)]).toEqual([left, [gone.join('-')]]);
    },
  );
});

describe('a number that is neither read nor free', () => {
  it('is looked at again in a moment, and keeps nobody busy', async () => {
    let reads = 0;
    let isRead = false;
    const world = createWorld({
      between: ({ log }) => ({
        log: {
          append: (...args) => log.append(...args),
          get: (...args) => log.get(...args),
          fill: (...args) => log.fill(...args),
          // As if what is there had expired by the clock of the store, and not by that of the next message.
          read: async (...args) => {
            reads += 1;
            return (await log.read(...args)).filter(({ seq }) => seq !== 1 || isRead);
          },
        },
      }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await shop.request(publish(2));
    await world.pass(30 * SECOND);
    await billing.request({ action: 'subscribe', queue: QUEUE, from: { seq: 1 } });
    expect([delivered(billing.take()), reads < 10]).toEqual([[], true]);
    isRead = true;
    await world.pass(SECOND);
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
  });
});

describe('a number that its publisher never wrote', () => {
  it('is waited for as long as a publisher can live, then filled, and what comes after it is delivered', async () => {
    const { world, death } = mortal();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    billing.take();
    death.arm();
    expect(await shop.request(publish(2))).toMatchObject({ type: 'error', code: 'internal' });
    await shop.request(publish(1));
    expect(billing.take()).toEqual([]);
    await world.pass(30 * SECOND - 1);
    expect(billing.take()).toEqual([]);
    await world.pass(1);
    const frames = billing.take();
    expect([delivered(frames), joints(frames), gaps(frames)]).toEqual([['3:1'], ['1-4'], []]);
  });

  it('is filled by who repeats the publish, which all get who have subscribed by then', async () => {
    const { world, death } = mortal();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    billing.take();
    death.arm();
    const one = { action: 'publish', ref: '1', queue: QUEUE, event: 'add', id: 'order-7' };
    await shop.request(one);
    await shop.request(publish(1));
    await world.pass(20 * SECOND);
    const late = await world.connect('late');
    await late.request({ action: 'subscribe', queue: QUEUE });
    late.take();
    expect(await shop.request(one)).toMatchObject({ seq: 3, duplicate: false });
    expect(delivered(billing.take())).toEqual(['2:1', '3:1']);
    expect(delivered(late.take())).toEqual(['3:1']);
  });

  it('does not keep busy, or hide, where retention took messages before it', async () => {
    const { world, death } = mortal({
      ...retained,
      between: ({ log }: World['ports']) => ({ log: beforehand(log, 'fill', patience()) }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await world.disconnect(billing);
    await shop.request(publish(2));
    await world.pass(HOUR);
    death.arm();
    await shop.request(publish(1));
    await shop.request(publish(1));
    await world.pass(HOUR);
    const again = await world.connect('billing');
    expect(world.failures).toEqual([]);
    const frames = again.take();
    expect([gaps(frames), delivered(frames)]).toEqual([['1-2'], ['4:1']]);
  });
});

/** Lets a loop that would not end come to one. */
function patience(): () => void {
  let fills = 0;
  return () => {
    fills += 1;
    if (fills > 100) throw new Crash('the same numbers are filled again and again');
  };
}

describe('what retention took', () => {
  it('is told to a slow subscriber exactly, before what comes after it', async () => {
    const world = createWorld(retained);
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await world.disconnect(billing);
    await shop.request(publish(3));
    await world.pass(HOUR);
    await shop.request(publish(2));
    await world.pass(HOUR);
    const frames = (await world.connect('billing')).take();
    expect(frames.map(({ type }) => type)).toEqual(['welcome', 'gap', 'messages']);
    expect([gaps(frames), delivered(frames), joints(frames)]).toEqual([['1-3'], ['4:1', '5:1'], ['1-6']]);
  });

  it('is told in one gap where nothing is kept after it', async () => {
    const world = createWorld(retained);
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await world.disconnect(billing);
    await shop.request(publish(3));
    await world.pass(2 * HOUR);
    const again = await world.connect('billing');
    expect(gaps(again.take())).toEqual(['1-3']);
    await shop.request(publish(1));
    const frames = again.take();
    expect([gaps(frames), joints(frames)]).toEqual([[], ['1-5']]);
  });

  it('may have been in flight', async () => {
    const world = createWorld(retained);
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(1));
    await world.disconnect(billing);
    await world.pass(2 * HOUR);
    const frames = (await world.connect('billing')).take();
    expect([gaps(frames), delivered(frames)]).toEqual([['1-1'], []]);
  });

  it('gives its place in a full window to what comes after it', async () => {
    const world = createWorld(retained);
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1, ackDeadline: 900, maxDeliveries: 0 });
    await shop.request(publish(1));
    await world.pass(HOUR);
    await shop.request(publish(1));
    billing.take();
    await world.pass(HOUR + 1_000 * SECOND);
    const frames = billing.take();
    expect(gaps(frames)).toEqual(['1-1']);
    expect(delivered(frames)).toContain('2:1');
  });
});

describe('a process that dies while it delivers past what retention took', () => {
  it.each([
    ['before the state is stored', beforehand],
    ['after the state was stored', afterwards],
  ])('%s has told of it, and at worst it is told again', async (_, when) => {
    const death = once(crash);
    const world = createWorld({
      ...retained,
      between: ({ subscriptions }) => ({ subscriptions: when(subscriptions, 'save', death) }),
    });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1, ackDeadline: 900, maxDeliveries: 0 });
    await shop.request(publish(3));
    billing.take();
    await world.pass(2 * HOUR - 1_000 * SECOND);
    billing.take();
    death.arm();
    await world.pass(3_000 * SECOND);
    expect(world.failures).toHaveLength(1);
    const told = gaps(billing.take());
    expect(new Set(told)).toEqual(new Set(['1-1', '2-3']));
    expect(await world.state(billing)).toMatchObject({ next: 4, inFlight: [] });
  });
});
