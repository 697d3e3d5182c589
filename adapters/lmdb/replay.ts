import { promises as fs } from 'node:fs';
import type { Digests } from './digest';
import { type Change, decodeGroups } from './groups';
import { segmentFile, segmentNumbers } from './segments';

/** A segment that was left behind. */
export interface Left {
  readonly changes: readonly Change[];
  /** The number of its last group; undefined if it has none. */
  readonly through: number | undefined;
}

/** What a journal has. */
export interface Replayed {
  /** Its segments, up to the first that is damaged. */
  readonly segments: readonly Left[];
  /** What is damaged: the file of a segment, or the folder if its first segments are missing. */
  readonly damaged?: string;
}

/**
 * Reads the journal of an earlier process. Only its end may be missing, which is a group that was never answered.
 *
 * @param stored the number of the last group that is in the store; 0 if none is. The journal goes on there, or begins
 * before.
 */
export async function replay(folder: string, digests: Digests, stored: number): Promise<Replayed> {
  const segments: Left[] = [];
  let file = folder;
  let next: number | undefined;
  for (const number of await segmentNumbers(folder)) {
    const before = file;
    file = segmentFile(folder, number);
    const { changes, first, damaged, ...decoded } = decodeGroups(digests, await fs.readFile(file), number, next);
    // Groups are missing before groups that are there: the journal is damaged.
    if (damaged === 'before' || (next === undefined && first !== undefined && first > stored + 1))
      return { segments, damaged: before };
    next = decoded.next;
    segments.push({ changes, through: first === undefined || next === undefined ? undefined : next - 1 });
    if (damaged === 'here') return { segments, damaged: file };
  }
  return { segments };
}
