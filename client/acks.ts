import { SEQS } from './limits';

/** What names the messages of an ack. */
export type Acked = { readonly upTo: number } | { readonly seqs: readonly number[] };

/**
 * How long acks are gathered: as asked for, but at most a third of the time in which the server wants them.
 *
 * @param ackDelay milliseconds.
 * @param ackDeadline seconds.
 * @returns milliseconds.
 */
export const gatherFor = (ackDelay: number, ackDeadline: number): number =>
  Math.min(ackDelay, (ackDeadline * 1000) / 3);

/** How many acks are gathered: a quarter of the window, so that the server never waits for room. */
export const gatherUpTo = (maxInFlight: number): number => Math.max(1, Math.floor(maxInFlight / 4));

/**
 * The acks of a gathering, in as few frames as they take: cumulative where that says the same.
 *
 * @param seqs handled, at least one.
 * @param isWhole whether this client knows all that its subscription was ever given, and handled it all but for what it
 * has open: then, and only then, everything in flight below that is meant.
 * @param lowestOpen the lowest seq that is not handled yet; Infinity if there is none.
 */
export function acksOf(seqs: readonly number[], isWhole: boolean, lowestOpen: number): Acked[] {
  const sorted = [...seqs].sort((a, b) => a - b);
  const highest = sorted.at(-1) ?? 0;
  if (isWhole && sorted.length > 1 && highest < lowestOpen) return [{ upTo: highest }];
  const frames: Acked[] = [];
  for (let start = 0; start < sorted.length; start += SEQS) frames.push({ seqs: sorted.slice(start, start + SEQS) });
  return frames;
}
