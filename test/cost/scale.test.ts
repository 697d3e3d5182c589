import { LIMITS } from '../../bench/scale/limits';
import { type PerOperation, predict } from '../../bench/scale/model';
import { DEFAULT_LIMITS, simulate } from '../../bench/scale/simulate';

const each: PerOperation = {
  messageMs: 50,
  deliveryMs: 4,
  ackMs: 20,
  connectMs: 150,
  writes: 1.1,
  reads: 0.2,
  millionDelivered: 1.9,
  millionServed: 1.3,
  millionPublished: 3.7,
  connectionMonth: 0.04,
};
const rooms = { audience: 50, rate: 0.1, gather: 10 };

describe('the model of a deployment', () => {
  it('names the limit that is met first, and the connections up to which it is not', () => {
    const { first, use, upTo } = predict({ ...rooms, connections: 100_000 }, each);
    expect(first).toBe('frames');
    expect(use.frames).toBeGreaterThan(1);
    expect(predict({ ...rooms, connections: upTo }, each).use.frames).toBeCloseTo(1, 6);
  });

  it('finds the log of a queue that many publish to', () => {
    const { first, use } = predict({ connections: 2, audience: 1, rate: 1_500, gather: 10 }, each);
    expect(first).toBe('shardWrites');
    expect(use.queueWrites).toBe(1.5);
  });

  it('takes no longer for a large audience than for a shard of it', () => {
    const shard = predict({ connections: 250, audience: 250, rate: 0.1, gather: 10 }, each);
    const large = predict({ connections: 100_000, audience: 100_000, rate: 0.1, gather: 10 }, each);
    expect(large.shardMs).toBe(shard.shardMs);
  });
});

describe('the simulation of a deployment', () => {
  it('delivers all within a second where no limit is met', () => {
    const played = simulate({ ...rooms, connections: 10_000 }, each, 10);
    expect(played.deliveries).toBeGreaterThanOrEqual(10_000);
    expect(played.refused).toBe(0);
    expect(played.p99).toBeLessThan(1_000);
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

  it('has pushes wait for their deadline where API Gateway takes no more, and loses none', () => {
    const load = { ...rooms, connections: 100_000 };
    const played = simulate(load, each, 4);
    expect(played.refused).toBeGreaterThan(0);
    expect(played.p99).toBeGreaterThan(30_000);
    const raised = { ...DEFAULT_LIMITS, frames: 4 * LIMITS.frames.value, burst: 4 * DEFAULT_LIMITS.burst };
    const enough = simulate(load, each, 4, raised);
    expect(enough.refused).toBe(0);
    expect(enough.deliveries).toBe(played.deliveries);
  });
});
