import { RateLimited } from './errors';

/** The first pause is at most this long. Milliseconds. */
const SHORTEST_MS = 1_000;
/** No pause is longer. Milliseconds. */
const LONGEST_MS = 30_000;

/**
 * How long to wait before the next try to connect: any time up to a span that doubles with each failure, known as full
 * jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that those who were cut off
 * together do not come back together.
 *
 * @param failures so far; 0 before the first.
 * @param random from 0 up to 1.
 * @returns milliseconds.
 */
export const pauseBefore = (failures: number, random: number): number =>
  Math.round(random * Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 10)));

/**
 * How long to wait before the next try of what was refused: as long as the server said, or as {@link pauseBefore}.
 *
 * @returns milliseconds.
 */
export function pauseAfter(refusal: unknown, failures: number, random: number): number {
  const said = refusal instanceof RateLimited ? refusal.retryAfter : undefined;
  return said === undefined ? pauseBefore(failures, random) : said * 1000;
}
