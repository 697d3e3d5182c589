import type { HoldfastProps } from './holdfastProps';
import { BATCHES_OF_SHARD, WAKE_UPS_AT_ONCE } from './sizes';

/** How many functions run at a time for wake-ups and streams. */
export interface Concurrency {
  /** By wake-ups: 2 to 1,000. */
  readonly wakeUps: number;
  /** By each shard of each stream: 1 to 10. */
  readonly shard: number;
}

/**
 * The values of the props, or else the defaults.
 *
 * @throws Error Lambda takes no such number (its API reference, `ScalingConfig` and `ParallelizationFactor`).
 */
export const concurrency = (props: Pick<HoldfastProps, 'wakeUpConcurrency' | 'streamConcurrency'>): Concurrency => ({
  wakeUps: within('wakeUpConcurrency', 2, 1_000, props.wakeUpConcurrency ?? WAKE_UPS_AT_ONCE),
  shard: within('streamConcurrency', 1, 10, props.streamConcurrency ?? BATCHES_OF_SHARD),
});

function within(name: string, least: number, most: number, given: number): number {
  if (Number.isInteger(given) && given >= least && given <= most) return given;
  throw new Error(`${name} must be a whole number from ${least} to ${most.toLocaleString('en')}, not ${given}`);
}
