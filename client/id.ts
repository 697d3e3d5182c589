/** Crockford's base 32: no I, L, O and U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/**
 * A new id for a message: 10 characters of time and 16 of chance, so that ids sort by the time at which they were made
 * (the ULID specification, github.com/ulid/spec).
 *
 * @param now milliseconds since 1970.
 */
export function newId(now: number): string {
  if (now !== lastNow) {
    lastNow = now;
    time = timeOf(now);
  }
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let chance = '';
  for (const end = used + RANDOM_DIGITS; used < end; used++) chance += DIGITS[(pool[used] ?? 0) % 32];
  return time + chance;
}

function timeOf(now: number): string {
  let time = '';
  for (let rest = now, digit = 0; digit < TIME_DIGITS; digit++, rest = Math.floor(rest / 32))
    time = `${DIGITS[rest % 32]}${time}`;
  return time;
}

/** Many ids are made within a millisecond. */
let lastNow = Number.NaN;
let time = '';

/** Chance for 256 ids: to ask for it each time takes longer than all else here. */
const pool = new Uint8Array(256 * RANDOM_DIGITS);
let used = pool.length;
