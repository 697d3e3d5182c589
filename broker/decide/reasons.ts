import { KEPT_REASONS_BYTES } from '../model/limits';
import type { Flight } from '../model/subscription';
import { byteLength } from '../model/utf8';

/**
 * Whether the reasons in flight fit their room: those of what waits, and as much again for those of what is dead and not
 * buried yet. As flights are stored, those that are alike but for their seqs and times have one together.
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
