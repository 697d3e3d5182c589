import { delivered, gaps, ofType, publish } from './frames';
import { afterwards, beforehand, crash, once } from './interpose';
import { letters, oneInFlight } from './oneInFlight';
import { createWorld, QUEUE } from './world';

const DAY = 86_400_000;

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
