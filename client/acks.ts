import { SEQS } from './limits';

/** The fields of an ack that name its messages. */
export type Acked = { readonly upTo: number } | { readonly seqs: readonly number[] };

/**
 * How long acks are gathered: as long as configured, but at most a third of the ack deadline.
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
 * Gathered acks in as few frames as possible: cumulative (`upTo`) where that means the same.
 *
 * @param seqs handled, at least one.
 * @param isWhole whether this client knows every message that its subscription was ever given, and has handled all but
 * the open ones. Only then may everything in flight below the lowest open one be acked.
 * @param lowestOpen the lowest seq that is not handled yet; Infinity if there is none.
 */
export function acksOf(seqs: readonly number[], isWhole: boolean, lowestOpen: number): Acked[] {
  const highest = seqs.reduce((one, another) => Math.max(one, another));
  if (isWhole && seqs.length > 1 && highest < lowestOpen) return [{ upTo: highest }];
  const sorted = [...new Set(seqs)].sort((a, b) => a - b);
  const frames: Acked[] = [];
  for (let start = 0; start < sorted.length; start += SEQS) frames.push({ seqs: sorted.slice(start, start + SEQS) });
  return frames;
}
