import { promises as fs } from 'node:fs';
import type { Digests } from './digest';
import { type Change, decodeGroups } from './groups';
import { segmentFile, segmentNumbers } from './segments';

/** What a journal has. */
export interface Replayed {
  /** The changes of each segment, up to where the first that is damaged is. */
  readonly segments: readonly (readonly Change[])[];
  /** The file of the segment that is. */
  readonly damaged?: string;
}

/** Reads a journal that was left behind. Only its end may be missing: that of a group which was never promised. */
export async function replay(folder: string, digests: Digests): Promise<Replayed> {
  const segments: (readonly Change[])[] = [];
  let file = folder;
  let next: number | undefined;
  for (const number of await segmentNumbers(folder)) {
    const before = file;
    file = segmentFile(folder, number);
    const decoded = decodeGroups(digests, await fs.readFile(file), number, next);
    segments.push(decoded.changes);
    // What was written later than what is lost must not be there without it.
    if (decoded.damaged) return { segments, damaged: decoded.damaged === 'before' ? before : file };
    next = decoded.next;
  }
  return { segments };
}
