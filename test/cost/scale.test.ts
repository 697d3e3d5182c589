import { LIMITS } from '../../bench/scale/limits';
import { type PerOperation, predict, type Takes } from '../../bench/scale/model';
import { DEFAULT_LIMITS, simulate } from '../../bench/scale/simulate';
import { share, Tokens } from '../../bench/scale/tokens';

const takes = (ms: number, invocations: number, writes: number, reads: number, million: number): Takes => ({
  ms,
  invocations,
  writes,
  reads,
  million,
});

const each: PerOperation = {
  published: takes(30, 1, 2, 0, 3.7),
  served: takes(50, 1, 0, 3, 1.3),
  delivered: takes(4, 0, 1, 0.05, 1.7),
  acked: takes(20, 1, 1, 1, 2),
  timed: takes(40, 1, 2, 3, 3.5),
  connected: takes(150, 4, 8, 11, 10),
  pinged: takes(1, 1, 0, 0, 2.2),
  millionWakeUps: 1.2,
  millionMinutes: 0.25,
};
const rooms = { audience: 50, rate: 0.1, gather: 10 };
/** Of a month of 730 hours. */
const MILLION_SECONDS = 2.628;
const MILLION_MINUTES = 0.0438;

/**
 * In a second: 1,440 queues have 144 messages, 7,200 deliveries, 7,200 acks, and 48 timers, each queue one in 30 s; 10
 * clients connect, every one in two hours.
 */
const busy = { ...rooms, connections: 72_000 };

describe('what a load needs', () => {
  const { use } = predict(busy, each);
  const needs = (name: keyof typeof LIMITS): number => use[name] * LIMITS[name].value;

  it('is a write for each delivery and for each ack', () => {
    expect(needs('tableWrites')).toBeCloseTo(7_200 + 7_200, 6);
    expect(needs('shardWrites')).toBeCloseTo(50 * (0.1 + 0.1), 6);
  });

  it('is the reads for each message, delivery and ack', () => {
    expect(needs('tableReads')).toBeCloseTo(144 * 3 + 7_200 * 0.05 + 7_200, 6);
  });

  it('is a function for as long as each of them takes, publishes and timers too', () => {
    const ms = 144 * 30 + 144 * 50 + 7_200 * 4 + 7_200 * 20 + 48 * 40 + 10 * 150;
    expect(needs('concurrency')).toBeCloseTo(ms / 1_000, 6);
    const slower = predict(busy, { ...each, published: { ...each.published, ms: 130 } });
    expect((slower.use.concurrency - use.concurrency) * LIMITS.concurrency.value).toBeCloseTo(14.4, 6);
  });

  it('is an invocation for each but a delivery, of ten times as many as may run at a time', () => {
    expect(needs('invocations')).toBeCloseTo(144 + 144 + 7_200 + 48 + 4 * 10, 6);
    expect(LIMITS.invocations.value).toBe(10_000);
  });

  it('is frames from clients against the throttle of the stack, and pushes too against that of the account', () => {
    const fromClients = 144 + 7_200 + 10;
    expect(needs('throttle')).toBeCloseTo(fromClients, 6);
    expect(needs('frames')).toBeCloseTo(fromClients + 7_200 + 10, 6);
    expect(use.throttle).toBeCloseTo(fromClients / 5_000, 6);
  });

  it('is half the acks where twice as many messages share one', () => {
    const gathered = predict({ ...busy, gather: 20 }, each);
    expect(gathered.use.tableWrites * LIMITS.tableWrites.value).toBeCloseTo(7_200 + 3_600, 6);
    expect(gathered.use.shardWrites * LIMITS.shardWrites.value).toBeCloseTo(50 * (0.1 + 0.05), 6);
    expect(gathered.use.throttle * LIMITS.throttle.value).toBeCloseTo(144 + 3_600 + 10, 6);
    expect(predict(busy, each).cost - gathered.cost).toBeCloseTo(3_600 * 2 * MILLION_SECONDS, 6);
  });

  it('is as much again for each shard that a message goes to', () => {
    // 4 messages a second, to four shards each; 12 timers of 16 shards in 30 s.
    const load = { connections: 4_000, audience: 1_000, rate: 1, gather: 10 };
    const ms = 4 * 30 + 16 * 50 + 4_000 * 4 + 400 * 20 + (16 / 30) * 40 + (4_000 / 7_200) * 150;
    const { use: used, cost } = predict(load, each);
    expect(used.concurrency * LIMITS.concurrency.value).toBeCloseTo(ms / 1_000, 6);
    expect(used.invocations * LIMITS.invocations.value).toBeCloseTo(4 + 16 + 400 + 16 / 30 + (4 * 4_000) / 7_200, 6);
    const cheaper = predict(load, { ...each, served: { ...each.served, million: 0 } });
    expect(cost - cheaper.cost).toBeCloseTo(16 * 1.3 * MILLION_SECONDS, 6);
    // All but the first of the four are woken by SQS.
    const withoutWakeUps = predict(load, { ...each, millionWakeUps: 0 });
    expect(cost - withoutWakeUps.cost).toBeCloseTo(12 * 1.2 * MILLION_SECONDS, 6);
  });
});

describe('what a load costs', () => {
  it('is all that is done, and the minutes of the connections', () => {
    const second = 144 * 3.7 + 144 * 1.3 + 7_200 * 1.7 + 7_200 * 2 + 48 * 3.5 + 10 * 10;
    expect(predict(busy, each).cost).toBeCloseTo(second * MILLION_SECONDS + 72_000 * MILLION_MINUTES * 0.25, 4);
  });

  it('has pings only where a client is silent for a heartbeat of 240 s', () => {
    const clients = { connections: 7_200, audience: 50, gather: 10 };
    const pings = (rate: number, gather = 10) => {
      const load = { ...clients, rate, gather };
      const all = predict(load, each);
      const without = predict(load, { ...each, pinged: takes(0, 0, 0, 0, 0) });
      return {
        dollars: all.cost - without.cost,
        invocations: (all.use.invocations - without.use.invocations) * LIMITS.invocations.value,
        fromClients: all.use.throttle * LIMITS.throttle.value,
      };
    };
    const silent = pings(1 / 300);
    expect(silent.dollars).toBeCloseTo(30 * 2.2 * MILLION_SECONDS, 6);
    expect(silent.invocations).toBeCloseTo(30, 6);
    // 144 queues have a message in 300 s, and 7,200 clients an ack; one in 7,200 s connects.
    expect(silent.fromClients).toBeCloseTo(144 / 300 + 24 + 30 + 1, 6);
    expect(pings(1 / 200).dollars).toBe(0);
    expect(pings(1 / 200).invocations).toBe(0);
    expect(pings(1, 300).dollars).toBeCloseTo(silent.dollars, 6);
  });
});

describe('the limit that is met first', () => {
  it('is the throttle of the stack where clients say as much as they hear', () => {
    const { first, upTo } = predict({ ...rooms, connections: 100_000 }, each);
    expect(first).toBe('throttle');
    expect(predict({ ...rooms, connections: upTo.throttle }, each).use.throttle).toBeCloseTo(1, 6);
  });

  it('is the frames of the account where acks are gathered', () => {
    expect(predict({ ...rooms, gather: 60, connections: 100_000 }, each).first).toBe('frames');
  });

  it('is the shard of a queue that many publish to', () => {
    const { first, use } = predict({ connections: 2, audience: 1, rate: 1_500, gather: 10 }, each);
    expect(first).toBe('shardWrites');
    expect(use.queueWrites).toBe(1.5);
  });

  it('is met no later for a large audience than for a shard of it', () => {
    const shard = predict({ connections: 250, audience: 250, rate: 0.1, gather: 10 }, each);
    const large = predict({ connections: 100_000, audience: 100_000, rate: 0.1, gather: 10 }, each);
    expect(shard.shardMs).toBe(50 + 250 * 4);
    expect(large.shardMs).toBe(shard.shardMs);
  });
});

describe('tokens', () => {
  it('are shared in proportion to what is asked for, when there are too few', () => {
    expect(share([300, 100], 200, 0)).toEqual([150, 50]);
    expect(share([300, 100], 400, 0)).toEqual([300, 100]);
    expect(share([300, 100], 0, 0.99)).toEqual([0, 0]);
  });

  it('go by chance where one cannot be divided', () => {
    expect(share([1, 1], 1, 0.2)).toEqual([0, 1]);
    expect(share([1, 1], 1, 0.7)).toEqual([1, 0]);
  });

  it('are never less than none, nor more than the burst', () => {
    const tokens = new Tokens(100, 50);
    expect(tokens.take([80], 0)).toEqual([50]);
    expect(tokens.take([80], 0)).toEqual([0]);
    tokens.refill(100);
    expect(tokens.take([80], 0)).toEqual([10]);
    tokens.refill(60_000);
    expect(tokens.take([80], 0)).toEqual([50]);
  });
});

describe('the simulation of a deployment', () => {
  it('delivers all within a second where no limit is met', () => {
    const played = simulate({ ...rooms, connections: 10_000 }, each, 10);
    // 20 messages a second, and one at the beginning.
    expect(played.deliveries).toBe(10 * 20 * 50 + 50);
    expect(played).toMatchObject({ refused: 0, unacked: 0, dead: 0 });
    expect(played.p99).toBeLessThan(1_000);
    // The last are acked 10 s after they came.
    expect(played.ended).toBeGreaterThan(20_000);
    expect(played.ended).toBeLessThan(21_000);
  });

  it('waits for Lambda to take the wake-ups of a large audience off SQS', () => {
    const news = (audience: number) => ({ connections: audience, audience, rate: 1 / 600, gather: 10 });
    const small = simulate(news(250), each, 10);
    const large = simulate(news(10_000), each, 10);
    expect(large.deliveries).toBe(10_000);
    expect(small.p99).toBeLessThan(1_500);
    // 39 shards of a second each: five at a time at first, and five more with every second that some wait.
    expect(large.p99).toBeGreaterThan(2_500);
    expect(large.p99).toBeLessThan(8_000);
    expect(simulate(news(10_000), each, 10, { ...DEFAULT_LIMITS, wakeUps: 2 }).p99).toBeGreaterThan(15_000);
  });

  it('delivers to no more subscribers than there are where the last shard is not full', () => {
    expect(simulate({ connections: 301, audience: 301, rate: 1 / 600, gather: 10 }, each, 1).deliveries).toBe(301);
  });

  it('has acks take tokens once they were gathered, though nothing is published any more', () => {
    // One message to a shard. Its publish takes the only token that clients have, and pushes need none of theirs.
    const load = { connections: 250, audience: 250, rate: 1 / 600, gather: 10 };
    const played = simulate(load, each, 1, { ...DEFAULT_LIMITS, throttle: 1, throttleBurst: 1 });
    expect(played).toMatchObject({ deliveries: 250, refused: 0 });
    expect(played.last).toBeLessThan(1_500);
    // In the second or so in which acks are sent, one or two are taken; the others five times, each 30 s apart.
    expect(played.dead).toBeGreaterThanOrEqual(250 - 5 * 3);
    expect(played.dead).toBeLessThanOrEqual(250 - 5);
    expect(played.unacked).toBeGreaterThan(4 * played.dead);
    expect(played.ended).toBeGreaterThan(4 * 30_000 + 10_000);
    expect(played.ended).toBeLessThan(4 * 32_000 + 12_000);
  });

  it('sends publishes that are refused again, and counts the time from the first try', () => {
    // 21 messages within a second, and a token for clients at once and then every second.
    const load = { connections: 20, audience: 1, rate: 1, gather: 1 };
    const played = simulate(load, each, 1, { ...DEFAULT_LIMITS, throttle: 1, throttleBurst: 1 });
    expect(played.deliveries).toBe(21);
    expect(played.last).toBeGreaterThan(18_000);
  });

  it('has pushes wait for their deadline where API Gateway takes no more, and loses none', () => {
    const load = { ...rooms, connections: 100_000 };
    const throttle = { throttle: 100_000, throttleBurst: 100_000 };
    const few = simulate(load, each, 4, { ...DEFAULT_LIMITS, ...throttle, frames: 2_000, burst: 1_000 });
    expect(few.deliveries).toBe(4 * 200 * 50 + 50);
    expect(few.refused).toBeGreaterThan(0);
    expect(few.p99).toBeGreaterThan(30_000);
    const enough = simulate(load, each, 4, { ...DEFAULT_LIMITS, ...throttle, frames: 40_000, burst: 20_000 });
    expect(enough).toMatchObject({ deliveries: few.deliveries, refused: 0, unacked: 0 });
    expect(enough.p99).toBeLessThan(1_000);
  });

  it('drains no faster after an overload than the tokens allow, of which each frame takes one', () => {
    const limits = { ...DEFAULT_LIMITS, throttle: 100_000, throttleBurst: 100_000, frames: 200, burst: 100 };
    const { deliveries, unacked, dead, ended } = simulate({ ...rooms, connections: 10_000 }, each, 10, limits);
    expect(deliveries).toBe(10_050);
    // Publishes, first deliveries and their acks; then deliveries that were not acked, and what was served of those.
    const served = 201 + deliveries + (unacked - dead) + (deliveries - dead);
    expect(served).toBeLessThanOrEqual(100 + (200 * ended) / 1_000);
    expect(served).toBeGreaterThan(0.5 * ((200 * ended) / 1_000));
  });

  it('has pushes and acks refused alike, neither being preferred', () => {
    // 1,000 frames a second are asked for by each, and 1,000 there are.
    const limits = { ...DEFAULT_LIMITS, throttle: 100_000, throttleBurst: 100_000, frames: 1_000, burst: 10 };
    const { deliveries, refused, unacked, dead } = simulate({ ...rooms, connections: 10_000 }, each, 60, limits);
    expect(refused).toBeGreaterThan(deliveries / 10);
    expect(unacked).toBeGreaterThan(deliveries / 10);
    // About half of the acks are refused: of a delivery five times one after the other, hardly more than 1 in 32.
    expect(dead).toBeLessThan(deliveries / 32);
  });
});
