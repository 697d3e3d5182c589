import { delivered, gaps, joints, publish } from './frames';
import { createWorld, QUEUE } from './world';

async function subscribed(more: Record<string, unknown> = {}) {
  const world = createWorld();
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, ...more });
  billing.take();
  return { world, billing, shop };
}

/** Holds the next publisher between its number and its message, once armed. */
function held() {
  let armed = false;
  let release = () => {};
  return {
    arm: () => {
      armed = true;
    },
    hold: async () => {
      if (!armed) return;
      armed = false;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    goOn: () => release(),
  };
}

describe('subscribe', () => {
  it.each([
    ['new', [], 4],
    ['earliest', ['1:1', '2:1', '3:1'], 1],
    [{ seq: 2 }, ['2:1', '3:1'], 2],
    [{ seq: 99 }, [], 4],
    [{ time: '2026-01-01T00:00:01Z' }, ['2:1', '3:1'], 2],
    [{ time: '2025-01-01T00:00:00Z' }, ['1:1', '2:1', '3:1'], 1],
    [{ time: '2027-01-01T00:00:00Z' }, [], 4],
  ])('from %j begins there', async (from, expected, next) => {
    const world = createWorld();
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await shop.request(publish(1));
    await world.pass(1_000);
    await shop.request(publish(2));
    expect(await billing.request({ action: 'subscribe', queue: QUEUE, from })).toMatchObject({
      created: true,
      next,
      backlog: 4 - next,
    });
    expect(delivered(billing.take())).toEqual(expected);
  });

  it.each([
    ['earliest', ['1:1', '2:1', '3:1']],
    [{ time: '2025-01-01T00:00:00Z' }, ['1:1', '2:1', '3:1']],
    [{ time: '2026-01-01T00:00:01Z' }, ['2:1', '3:1']],
  ])('from %j misses nothing that is being written, though what comes after it is stored', async (from, expected) => {
    const slow = held();
    const world = createWorld({ betweenAppendSteps: slow.hold });
    const [billing, shop, till] = [
      await world.connect('billing'),
      await world.connect('shop'),
      await world.connect('till'),
    ];
    await shop.request(publish(1));
    await world.pass(1_000);
    slow.arm();
    const late = shop.ask(publish(1));
    await till.request(publish(1));
    await billing.request({ action: 'subscribe', queue: QUEUE, from });
    slow.goOn();
    expect(await late).toMatchObject({ messages: [{ seq: 2 }] });
    await world.pump();
    expect(delivered(billing.take())).toEqual(expected);
  });

  it('from the earliest misses nothing that is being written, though it is all there is', async () => {
    const slow = held();
    const world = createWorld({ betweenAppendSteps: slow.hold });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    slow.arm();
    const late = shop.ask(publish(2));
    await billing.request({ action: 'subscribe', queue: QUEUE, from: 'earliest' });
    slow.goOn();
    await late;
    await world.pump();
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
  });

  it('from the earliest begins at what is retained, not at what has expired', async () => {
    const world = createWorld({ settings: { messageRetention: 3_600_000 } });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await shop.request(publish(3));
    await world.pass(3_600_000);
    expect(await billing.request({ action: 'subscribe', queue: QUEUE, from: 'earliest' })).toMatchObject({ next: 4 });
    await shop.request(publish(1));
    await billing.request({ action: 'seek', queue: QUEUE, to: 'earliest' });
    const frames = billing.take();
    expect([gaps(frames), joints(frames)]).toEqual([[], ['4-5', '4-5']]);
  });

  it('again adds events from now on, changes only the settings it names, and moves nothing', async () => {
    const { world, billing, shop } = await subscribed({ events: ['add'], ackDeadline: 60 });
    await shop.request(publish(1, 'delete'));
    const again = { action: 'subscribe', queue: QUEUE, events: ['delete'], maxInFlight: 7, from: 'earliest' };
    expect(await billing.request(again)).toMatchObject({
      created: false,
      events: ['add', 'delete'],
      next: 1,
      backlog: 1,
    });
    await shop.request(publish(1, 'delete'));
    expect(delivered(billing.take())).toEqual(['2:1']);
    expect((await world.state(billing))?.settings).toEqual({ ackDeadline: 60, maxDeliveries: 5, maxInFlight: 7 });
  });

  it('with a larger window has it filled at once', async () => {
    const { billing, shop } = await subscribed({ maxInFlight: 1 });
    await shop.request(publish(3));
    billing.take();
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 3 });
    expect(delivered(billing.take())).toEqual(['2:1', '3:1']);
  });

  it('again, after its last connection was let go of, delivers what is in flight', async () => {
    const { world, billing, shop } = await subscribed();
    await shop.request(publish(1));
    const state = await world.state(billing);
    if (state === undefined) throw new Error('There should be a subscription');
    await world.ports.subscriptions.save(
      { ...state, connections: [], version: state.version + 1 },
      world.ports.clock.now(),
    );
    // The timer that was armed finds nobody.
    await world.pass(60_000);
    billing.take();
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await world.pass(60_000);
    expect(delivered(billing.take())).toContain('1:2');
  });

  it('refuses one event name too many, and takes * in their place', async () => {
    const { billing } = await subscribed({ events: ['add'] });
    const names = (from: number, count: number) => Array.from({ length: count }, (_, index) => `e${from + index}`);
    await billing.request({ action: 'subscribe', queue: QUEUE, events: names(0, 100) });
    await billing.request({ action: 'subscribe', queue: QUEUE, events: names(100, 99) });
    const oneMore = await billing.request({ action: 'subscribe', queue: QUEUE, events: ['delete'] });
    expect(oneMore).toMatchObject({ code: 'invalid', field: 'events', message: expect.stringContaining('use ["*"]') });
    const all = await billing.request({ action: 'subscribe', queue: QUEUE, events: ['*'] });
    expect(all).toMatchObject({ type: 'subscribed', events: expect.arrayContaining(['*']) });
  });

  it('refuses one subscription too many', async () => {
    const { billing } = await subscribed();
    for (let i = 0; i < 99; i++) await billing.ask({ action: 'subscribe', queue: `queue ${i}` });
    expect(await billing.request({ action: 'subscribe', queue: 'one more' })).toMatchObject({
      code: 'invalid',
      field: 'queue',
    });
    await billing.request({ action: 'unsubscribe', queue: 'queue 0' });
    expect(await billing.request({ action: 'subscribe', queue: 'one more' })).toMatchObject({ created: true });
  });
});

describe('unsubscribe', () => {
  it('from some events takes what is in flight of them out of flight, and fills the window', async () => {
    const { world, billing, shop } = await subscribed({ events: ['add', 'delete'], maxInFlight: 2 });
    await shop.request(publish(1, 'add'));
    await shop.request(publish(1, 'delete'));
    await shop.request(publish(1, 'delete'));
    await shop.request(publish(1, 'add'));
    billing.take();
    expect(await billing.request({ action: 'unsubscribe', queue: QUEUE, events: ['delete'] })).toMatchObject({
      events: ['add'],
    });
    expect(delivered(billing.take())).toEqual(['4:1']);
    expect((await world.state(billing))?.inFlight.map(({ seq }) => seq)).toEqual([1, 4]);
    expect(await billing.request({ action: 'ack', ref: '1', queue: QUEUE, seqs: [2] })).toMatchObject({ settled: 0 });
  });

  it('from all ends the subscription, and may be repeated', async () => {
    const { world, billing, shop } = await subscribed({ events: ['add'] });
    await shop.request(publish(1));
    for (let i = 0; i < 2; i++)
      expect(await billing.request({ action: 'unsubscribe', queue: QUEUE, events: ['add'] })).toMatchObject({
        events: [],
      });
    expect(await world.state(billing)).toBeUndefined();
    expect(await billing.request({ action: 'ack', queue: QUEUE, seqs: [1] })).toMatchObject({ code: 'not_found' });
    billing.take();
    await billing.request({ action: 'subscribe', queue: QUEUE });
    await shop.request(publish(1));
    expect(delivered(billing.take())).toEqual(['2:1']);
  });
});

describe('seek', () => {
  it('back delivers again from there, as first deliveries that begin there', async () => {
    const { billing, shop } = await subscribed();
    await shop.request(publish(4));
    await billing.request({ action: 'ack', queue: QUEUE, seqs: [1, 2, 3] });
    billing.take();
    expect(await billing.request({ action: 'seek', ref: '1', queue: QUEUE, to: { seq: 2 } })).toEqual({
      type: 'sought',
      ref: '1',
      queue: QUEUE,
      next: 2,
      backlog: 3,
    });
    const frames = billing.take();
    expect([delivered(frames), joints(frames)]).toEqual([['2:1', '3:1', '4:1'], ['2-5']]);
  });

  it.each(['earliest', { seq: 20 }])('to %j delivers an event that was added after it was passed over', async (to) => {
    const { billing, shop } = await subscribed({ events: ['add'] });
    await shop.request(publish(50, 'delete'));
    await billing.request({ action: 'subscribe', queue: QUEUE, events: ['delete'] });
    billing.take();
    const sought = await billing.request({ action: 'seek', ref: '1', queue: QUEUE, to });
    expect(delivered(billing.take())).toHaveLength(sought?.type === 'sought' ? sought.backlog : -1);
  });

  it('back delivers the past of an event that was added later', async () => {
    const { billing, shop } = await subscribed({ events: ['add'] });
    await shop.request(publish(1, 'delete'));
    await billing.request({ action: 'subscribe', queue: QUEUE, events: ['delete'] });
    await shop.request(publish(1, 'add'));
    billing.take();
    await billing.request({ action: 'seek', queue: QUEUE, to: 'earliest' });
    expect(delivered(billing.take())).toEqual(['1:1', '2:1']);
  });

  it('forth forgets what is in flight and what lies between', async () => {
    const { world, billing, shop } = await subscribed({ maxInFlight: 1 });
    await shop.request(publish(4));
    billing.take();
    expect(await billing.request({ action: 'seek', queue: QUEUE, to: 'new' })).toMatchObject({ next: 5, backlog: 0 });
    await world.pass(60_000);
    expect(delivered(billing.take())).toEqual([]);
    await shop.request(publish(1));
    expect(joints(billing.take())).toEqual(['5-6']);
  });

  it('needs a subscription', async () => {
    const { shop } = await subscribed();
    expect(await shop.request({ action: 'seek', queue: QUEUE, to: 'new' })).toMatchObject({
      code: 'not_found',
      field: 'queue',
    });
  });
});
