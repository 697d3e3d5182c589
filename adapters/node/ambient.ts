import { randomBytes, randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock, Ids } from '../../broker/ports';

/** The time of this machine. */
export const systemClock: Clock = { now: () => Date.now() };

const POOL_BYTES = 4_096;

/**
 * Random numbers from 0 up to 1, in steps of 1/256, as ULIDs take them. Fetched in batches, since single ones are slow.
 */
function pooled(): () => number {
  const pool = randomBytes(POOL_BYTES);
  let at = 0;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    const byte = pool[at] ?? 0;
    at += 1;
    return byte / 256;
  };
}

/** ULIDs that ascend within this process, and chance. */
export function systemIds(): Ids {
  const ulid = monotonicFactory(pooled());
  return { next: () => ulid(), random: () => Math.random() };
}
