import { monotonicFactory } from 'ulid';
import type { Clock, Ids } from '../../broker/ports';

/** The time of this machine. */
export const systemClock: Clock = { now: () => Date.now() };

/** ULIDs that ascend within this process, and chance. */
export function systemIds(): Ids {
  const ulid = monotonicFactory();
  return { next: () => ulid(), random: () => Math.random() };
}
