import { KEPT_REASONS_BYTES } from '../model/limits';
import type { Flight } from '../model/subscription';
import { byteLength } from '../model/utf8';

/**
 * Whether the reasons kept in flight fit their room. Waiting messages have one room, dead ones that are not buried yet
 * another of the same size. Flights that differ only in seq and time share one reason, as they are stored.
 */
export const reasonsFit = (inFlight: readonly Flight[], of: 'waiting' | 'dead'): boolean => {
  const groups = new Set<string>();
  let bytes = 0;
  for (const { reason, attempt, waiting, redriven, dead } of inFlight) {
    if (reason === undefined || (dead ?? false) !== (of === 'dead')) continue;
    const group = JSON.stringify([attempt, waiting, redriven, reason]);
    if (groups.has(group)) continue;
    groups.add(group);
    bytes += byteLength(JSON.stringify(reason));
    if (bytes > KEPT_REASONS_BYTES) return false;
  }
  return true;
};
