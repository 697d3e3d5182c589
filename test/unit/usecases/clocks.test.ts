import { SqsTimers } from '../../../adapters/sqs';
import type { Ports, ServerFrame, Time } from '../../../broker';
import { type Shard, shardKey } from '../../../broker/model/queue';
import { Random } from '../../server/load/random';
import { delivered, gaps, joints, ofType, publish } from './frames';
import { createWorld, QUEUE, type Wire, type WorldOptions } from './world';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const SKEWS = [-30 * SECOND, 0, 30 * SECOND] as const;

/**
 * A world whose clock can be set wrong: whatever happens next, happens in a process whose clock is. Timers are those of
 * AWS.
 */
function skewed(options: WorldOptions = {}) {
  let skew = 0;
  const recorded = new Map<string, Time>();
  const record = {
    get: async (shard: Shard) => recorded.get(shardKey(shard)),
    record: async (shard: Shard, firesAt: Time) => void recorded.set(shardKey(shard), firesAt),
    clear: async (shard: Shard, firesAt: Time) => {
      if ((recorded.get(shardKey(shard)) ?? Infinity) <= firesAt) recorded.delete(shardKey(shard));
    },
  };
  // Each process remembers for itself which timer is pending.
  const timersOf = new Map<number, SqsTimers>();
  const between = ({ clock, wakeUps }: Ports): Partial<Ports> => {
    for (const one of SKEWS) timersOf.set(one, new SqsTimers(wakeUps, record));
    const timers = () => timersOf.get(skew) ?? new SqsTimers(wakeUps, record);
    return {
      clock: { now: () => clock.now() + skew },
      timers: { arm: (...args) => timers().arm(...args), begun: (...args) => timers().begun(...args) },
    };
  };
  const world = createWorld({ ...options, between });
  return {
    ...world,
    /** From now on, in a process whose clock is so many milliseconds ahead. */
    turnTo: (ahead: number) => {
      skew = ahead;
    },
  };
}

const seqsOf = (frames: readonly ServerFrame[]) =>
  ofType(frames, 'messages').flatMap(({ messages }) => messages.map(({ seq }) => seq));

describe('processes whose clocks are up to a minute apart', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('deliver everything, and nothing that was acked (seed %d)', async (seed) => {
    const random = new Random(seed);
    const { turnTo, ...world } = skewed();
    const shop = await world.connect('shop');
    let billing: Wire = await world.connect('billing');
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 5, maxDeliveries: 0 });
    const [met, acked] = [new Set<number>(), new Set<number>()];
    let published = 0;
    let open: number[] = [];
    const receive = () => {
      const frames = billing.take();
      expect(gaps(frames)).toEqual([]);
      const seqs = seqsOf(frames);
      expect(seqs.filter((seq) => acked.has(seq))).toEqual([]);
      for (const seq of seqs) met.add(seq);
      open = [...new Set([...open, ...seqs])];
    };
    const ack = async () => {
      const seqs = open.filter(() => random.chance(0.7));
      if (seqs.length === 0) return;
      await billing.ask({ action: 'ack', queue: QUEUE, seqs });
      for (const seq of seqs) acked.add(seq);
      open = open.filter((seq) => !acked.has(seq));
    };
    for (let step = 0; step < 120; step++) {
      turnTo(random.pick(SKEWS));
      const what = random.next();
      if (what < 0.3) {
        const count = random.between(1, 3);
        published += count;
        await shop.request(publish(count));
      } else if (what < 0.5) await ack();
      else if (what < 0.6) await billing.request({ action: 'nack', queue: QUEUE, seqs: open.length > 0 ? open : [1] });
      else if (what < 0.65) {
        await world.disconnect(billing);
        billing = await world.connect('billing');
      } else await world.pass(random.between(1, 40) * SECOND);
      await world.pump();
      receive();
    }
    // Each wait is for a redelivery that takes up to eleven minutes by the clock that decided it.
    for (let rounds = 0; acked.size < published && rounds < 200; rounds++) {
      turnTo(random.pick(SKEWS));
      await ack();
      await world.pass(60 * SECOND);
      receive();
    }
    expect([...met].sort((a, b) => a - b)).toEqual(Array.from({ length: published }, (_, index) => index + 1));
    expect(acked.size).toBe(published);
    expect(published).toBeGreaterThan(30);
    expect(await world.state(billing)).toMatchObject({ next: published + 1, inFlight: [] });
    expect(world.failures).toEqual([]);
  });

  it('lose no message whose number one of them gave up while another was writing it', async () => {
    let goOn = () => {};
    let holds = false;
    const { turnTo, ...world } = skewed({
      betweenAppendSteps: async () => {
        if (!holds) return;
        holds = false;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      },
    });
    const [billing, shop, till] = [
      await world.connect('billing'),
      await world.connect('shop'),
      await world.connect('till'),
    ];
    await billing.request({ action: 'subscribe', queue: QUEUE });
    billing.take();
    holds = true;
    const slow = shop.ask(publish(1));
    await till.ask(publish(1));
    turnTo(30 * SECOND);
    await world.pump();
    turnTo(0);
    goOn();
    expect(await slow).toMatchObject({ type: 'published', messages: [{ seq: 3 }] });
    await world.pump();
    const frames = billing.take();
    expect([delivered(frames), joints(frames), gaps(frames)]).toEqual([['2:1', '3:1'], ['1-3', '3-4'], []]);
  });

  it.each([1, 2, 3, 4])('call gone what has expired, and nothing else (seed %d)', async (seed) => {
    const random = new Random(seed);
    const { turnTo, ...world } = skewed({ settings: { messageRetention: HOUR, connectionLifetime: 24 * HOUR } });
    const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
    await billing.request({ action: 'subscribe', queue: QUEUE, maxInFlight: 1_000 });
    await world.disconnect(billing);
    for (let n = 0; n < 60; n++) {
      turnTo(random.pick(SKEWS));
      await shop.request(publish(1));
      await world.pass(random.between(0, 10) * SECOND);
    }
    await world.pass(HOUR - 180 * SECOND);
    turnTo(random.pick(SKEWS));
    const frames = (await world.connect('billing')).take();
    const gone = ofType(frames, 'gap').flatMap(({ from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    const seqs = seqsOf(frames);
    expect(gone.length).toBeGreaterThan(0);
    expect(seqs.length).toBeGreaterThan(0);
    expect([...gone, ...seqs].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });
});
