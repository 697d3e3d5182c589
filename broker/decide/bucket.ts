import type { Time } from '../model/names';

/** A token bucket: how much of a rate is left at a time. Full, it holds what may be taken in one second. */
export interface Bucket {
  /** In thousandths, so that milliseconds fill it without a remainder. Below 0 after more was taken than it holds. */
  readonly left: number;
  readonly at: Time;
}

/** What came of taking from a bucket. */
export interface Draw {
  readonly bucket: Bucket;
  /** Milliseconds until as much can be taken; 0: it was. */
  readonly wait: number;
}

const SECOND = 1_000;

/**
 * Takes from a bucket that fills at `rate` a second. An amount larger than the bucket is granted when the bucket is
 * full; the rest becomes debt.
 *
 * @param bucket undefined: nothing was taken yet.
 * @param rate a whole number above 0, as is `amount`.
 */
export function draw(bucket: Bucket | undefined, rate: number, amount: number, now: Time): Draw {
  const { left, at } = fill(bucket, rate, now);
  const missing = Math.min(amount, rate) * SECOND - left;
  if (missing > 0) return { bucket: { left, at }, wait: Math.ceil(missing / rate) };
  return { bucket: { left: left - amount * SECOND, at }, wait: 0 };
}

/** Whether the bucket is full, as one that nobody has taken from. */
export const isFull = (bucket: Bucket, rate: number, now: Time): boolean =>
  fill(bucket, rate, now).left === rate * SECOND;

function fill(bucket: Bucket | undefined, rate: number, now: Time): Bucket {
  if (bucket === undefined) return { left: rate * SECOND, at: now };
  // A clock that is set back fills nothing, and takes nothing away.
  const passed = Math.max(0, now - bucket.at);
  return { left: Math.min(rate * SECOND, bucket.left + passed * rate), at: now };
}
