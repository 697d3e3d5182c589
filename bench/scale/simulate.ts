import { seededIds } from '../../adapters/memory';
import { WAKE_UPS_AT_ONCE } from '../../lib/sizes';
import { percentile } from '../figures';
import { LIMITS } from './limits';
import { type Load, type PerOperation, SHARD_SIZE } from './model';

/** Milliseconds between two looks at the state. */
const STEP = 10;
/** A push that is refused is tried by the SDK so often, a little later each time; then its deadline brings it again. */
const ATTEMPTS = 3;
const PAUSE = 100;
const ACK_DEADLINE = 30_000;
/** Of the pushes of a step, one in so many is sampled for the percentiles. */
const SAMPLED = 5;
/** From a message stored to `deliver` begun: streams are asked four times a second. */
const STREAM_MS = 250;

/**
 * How Lambda takes wake-ups off SQS: five at a time, and if more wait, up to 300 more a minute (its developer guide,
 * "Configuring scaling behavior for SQS event source mappings").
 */
const POLLED_AT_FIRST = 5;
const POLLED_MORE = 300 / 60_000;

export interface Limits {
  /** Requests of API Gateway in a second, and how many may come at once. */
  readonly frames: number;
  readonly burst: number;
  readonly concurrency: number;
  /** Wake-ups by SQS that are served at a time: `wakeUpConcurrency`. */
  readonly wakeUps: number;
}

export const DEFAULT_LIMITS: Limits = {
  frames: LIMITS.frames.value,
  burst: 5_000,
  concurrency: LIMITS.concurrency.value,
  wakeUps: WAKE_UPS_AT_ONCE,
};

/** How long deliveries took from the publish, in milliseconds, and how many had to wait for their deadline. */
export interface Simulated {
  readonly deliveries: number;
  readonly median: number;
  readonly p99: number;
  readonly refused: number;
}

/** Pushes of one shard that are to be made: how many, since when, and how often they were refused. */
interface Work {
  readonly publishedAt: number;
  readonly attempt: number;
  /** Woken by SQS, as all shards but the first are. */
  readonly isPolled: boolean;
  left: number;
  /** Fractions of a push that the time since the last step was enough for. */
  credit: number;
}

/**
 * Plays a load second by second against the limits: messages are published at random times, each wakes the shards of
 * its queue, a shard takes a function for as long as it pushes, and each push takes a token of the account. The first
 * shard is woken by the stream, the others by SQS, of which Lambda takes a few at a time where it was silent.
 *
 * @param seconds of load; what is under way then is finished.
 */
export function simulate(
  load: Load,
  each: PerOperation,
  seconds: number,
  limits = DEFAULT_LIMITS,
  seed = 1,
): Simulated {
  const { random } = seededIds(seed);
  const { connections, audience, rate, gather } = load;
  const shards = Math.max(1, Math.ceil(audience / SHARD_SIZE));
  const inShard = Math.min(audience, SHARD_SIZE);
  const perStep = ((connections / audience) * rate * STEP) / 1_000;
  // Everything else that takes tokens: acks, and publishes.
  const other = ((connections * Math.min(rate, 1 / gather) + (connections / audience) * rate) * STEP) / 1_000;
  const pushesPerStep = STEP / each.deliveryMs;
  const latencies: number[] = [];
  const calendar = new Map<number, Work[]>();
  let planned = 0;
  let ready: Work[] = [];
  let running: Work[] = [];
  let tokens = limits.burst;
  // The first message comes at once, the others in even steps.
  let due = 1;
  let refused = 0;
  /** Until then no wake-up waited for Lambda to take it off SQS. */
  let silentUntil = 0;
  let delivered = 0;
  const plan = (work: Work, at: number) => {
    const step = Math.ceil(at / STEP);
    const then = calendar.get(step);
    if (then) then.push(work);
    else calendar.set(step, [work]);
    planned += 1;
  };
  const settle = (work: Work, count: number, now: number) => {
    delivered += count;
    for (let i = 0; i < count; i += SAMPLED) latencies.push(now - work.publishedAt);
  };
  for (let now = 0; now < seconds * 1_000 || planned + ready.length + running.length > 0; now += STEP) {
    tokens = Math.min(limits.burst, tokens + (limits.frames * STEP) / 1_000) - (now < seconds * 1_000 ? other : 0);
    if (now < seconds * 1_000) due += perStep;
    for (; due >= 1; due -= 1) {
      const publishedAt = now + random() * STEP;
      for (let shard = 0; shard < shards; shard++)
        plan(
          { publishedAt, attempt: 1, isPolled: shard > 0, left: inShard, credit: -each.messageMs / each.deliveryMs },
          now + STEP + random() * STREAM_MS,
        );
    }
    const begun = calendar.get(now / STEP) ?? [];
    calendar.delete(now / STEP);
    planned -= begun.length;
    ready = ready.concat(begun);
    const polledAtOnce = Math.min(limits.wakeUps, POLLED_AT_FIRST + (now - silentUntil) * POLLED_MORE);
    let polled = running.filter(({ isPolled }) => isPolled).length;
    const waiting: Work[] = [];
    for (const work of ready) {
      if (running.length >= limits.concurrency || (work.isPolled && polled + 1 > polledAtOnce)) waiting.push(work);
      else {
        running.push(work);
        if (work.isPolled) polled += 1;
      }
    }
    ready = waiting;
    if (!ready.some(({ isPolled }) => isPolled)) silentUntil = now;
    for (const work of running) {
      work.credit += pushesPerStep;
      const pushes = Math.max(0, Math.min(work.left, Math.floor(work.credit)));
      work.credit -= pushes;
      work.left -= pushes;
      const taken = Math.max(0, Math.min(pushes, Math.floor(tokens)));
      tokens -= taken;
      if (taken > 0) settle(work, taken, now);
      if (taken === pushes) continue;
      const isLast = work.attempt % ATTEMPTS === 0;
      if (isLast) refused += pushes - taken;
      const from = now + STEP + (isLast ? ACK_DEADLINE : PAUSE * 2 ** (work.attempt % ATTEMPTS));
      const { publishedAt, attempt, isPolled } = work;
      plan({ publishedAt, attempt: attempt + 1, isPolled, left: pushes - taken, credit: 0 }, from);
    }
    running = running.filter(({ left }) => left > 0);
    if (now > (seconds + 600) * 1_000) break;
  }
  return { deliveries: delivered, median: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), refused };
}
