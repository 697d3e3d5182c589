import ms from 'ms';

/**
 * A moment as people say it: `3m ago`, `in 12s`, `now`.
 *
 * @param time ISO 8601.
 * @param now milliseconds since 1970.
 */
export function fromNow(time: string, now: number): string {
  const distance = Date.parse(time) - now;
  if (Math.abs(distance) < 1_000) return 'now';
  return distance < 0 ? `${ms(-distance)} ago` : `in ${ms(distance)}`;
}
