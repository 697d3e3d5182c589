import { WAKE_UPS_AT_ONCE } from '../../lib/sizes';
import { LIMITS } from './limits';
import type { Load, PerOperation } from './model';
import { Play } from './play';

/** What a deployment is played against. */
export interface Limits {
  /** Frames from clients in a second, and how many may come at once: the stack's `throttle`. */
  readonly throttle: number;
  readonly throttleBurst: number;
  /** Those and pushes, of all the account's APIs. */
  readonly frames: number;
  readonly burst: number;
  readonly concurrency: number;
  /** Wake-ups by SQS that are served at a time: `wakeUpConcurrency`. */
  readonly wakeUps: number;
}

export const DEFAULT_LIMITS: Limits = {
  throttle: LIMITS.throttle.value,
  throttleBurst: 2_500,
  frames: LIMITS.frames.value,
  burst: 5_000,
  concurrency: LIMITS.concurrency.value,
  wakeUps: WAKE_UPS_AT_ONCE,
};

/** What became of the messages of a load. */
export interface Simulated {
  /** Messages that reached a subscriber, each counted once. */
  readonly deliveries: number;
  /** From the first try to publish to the first delivery: of half of them, of 99 in 100, and of all. Milliseconds. */
  readonly median: number;
  readonly p99: number;
  readonly last: number;
  /** Pushes that were refused until their deadline. */
  readonly refused: number;
  /** Deliveries whose ack was refused. */
  readonly unacked: number;
  /** Of these, dead letters: as many acks of a delivery were refused as it may be delivered. */
  readonly dead: number;
  /** Milliseconds until all was done. */
  readonly ended: number;
}

/**
 * Plays a load step by step against the limits. Messages are published in even steps, each wakes the shards of its
 * queue, and a shard takes a function for as long as it pushes. The first shard is woken by the stream, the others by
 * SQS, of which Lambda takes a few at a time where it was silent. Publishes, pushes, and acks when they were gathered,
 * take a token each, and none is preferred:
 *
 * - a push that gets none is tried twice more, and then waits for its deadline;
 * - a publish that gets none is sent again after a pause, as the client does (`client/requests.ts`);
 * - an ack that gets none is lost, for the client asks for no answer (`client/settler.ts`): what it names is delivered
 *   again at its deadline, and acked again, up to the number of deliveries at which it is a dead letter.
 *
 * Connects and pings take no tokens here; functions other than `deliver` take no part of those at a time, and timers
 * only where something is due.
 *
 * @param seconds of load; what is under way then is finished.
 */
export const simulate = (
  load: Load,
  each: PerOperation,
  seconds: number,
  limits = DEFAULT_LIMITS,
  seed = 1,
): Simulated => new Play(load, each, limits, seed).run(seconds);
