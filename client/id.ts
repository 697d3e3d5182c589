/** Crockford's base 32: no I, L, O and U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 10;
/** Counted up within a millisecond, from a random start that leaves room to count. */
const COUNTED_DIGITS = 6;
const COUNTED_FROM = 32 ** COUNTED_DIGITS / 2;

/**
 * A new id for a message: 10 characters of time and 16 of chance, so that ids sort by the time at which they were made
 * (the ULID specification, github.com/ulid/spec). Those of one millisecond ascend, as the specification has it: a store
 * that gets ids in order has less to look up.
 *
 * @param now milliseconds since 1970.
 */
export function newId(now: number): string {
  if (now !== lastNow) {
    lastNow = now;
    time = toDigits(now, TIME_DIGITS);
    crypto.getRandomValues(random);
    chance = '';
    for (const byte of random) chance += DIGITS[byte % 32];
    counted = Math.floor(Math.random() * COUNTED_FROM);
  }
  counted += 1;
  return time + chance + toDigits(counted, COUNTED_DIGITS);
}

function toDigits(value: number, count: number): string {
  let digits = '';
  for (let rest = value, digit = 0; digit < count; digit++, rest = Math.floor(rest / 32))
    digits = `${DIGITS[rest % 32]}${digits}`;
  return digits;
}

let lastNow = Number.NaN;
let time = '';
let chance = '';
let counted = 0;
const random = new Uint8Array(RANDOM_DIGITS);
