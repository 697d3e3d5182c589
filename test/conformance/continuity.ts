import type { Messages } from './frames';

/** A message frame's first and last joint. */
type Joint = readonly [from: number | undefined, next: number | undefined];

/**
 * Expects frames of first deliveries to join up without a hole or an overlap, and each to hold only what it covers.
 *
 * @param frames as `Wire.deliveries` gives them.
 * @param from where the first must begin.
 * @returns where the last ends.
 */
export function expectJoined(frames: readonly Messages[], from: number): number {
  const joints: Joint[] = frames.map((frame) => [frame.from, frame.next]);
  const ends = [from, ...joints.map(([, next]) => next)];
  expect(joints.map(([start]) => start)).toEqual(ends.slice(0, -1));
  for (const { from: first = 0, next = 0, messages } of frames) {
    const seqs = messages.map(({ seq }) => seq);
    expect(seqs.length).toBeGreaterThan(0);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(seqs.every((seq) => seq >= first && seq < next)).toBe(true);
  }
  return ends.at(-1) ?? from;
}
