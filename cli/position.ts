import ms from 'ms';
import type { Position } from '../client';
import { Misuse } from './exitCode';

const SEQ = /^\d+$/;
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;
const DAY_CHARACTERS = 'YYYY-MM-DD'.length;
const AGO = /^\d+(\.\d+)?(s|m|h|d|w)$/;

/** Times before it have more than four digits of a year, or none that a Date can have. */
const YEAR_0 = Date.parse('0000-01-01');

/** Whether there is such a day: to `Date.parse`, February 30 is one of March. */
function isDay(day: string): boolean {
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

/**
 * Reads a position: `new`, `earliest`, a seq, a time (2026-11-01, or 2026-11-01T08:00Z with its zone), or a duration
 * before now (90s, 15m, 2h, 7d).
 *
 * @param now milliseconds since 1970.
 * @throws Misuse if it is none of these.
 */
export function readPosition(text: string, now: number): Position {
  if (text === 'new' || text === 'earliest') return text;
  if (SEQ.test(text) && Number(text) >= 1) return { seq: readSeq(text) };
  if (TIME.test(text) && !isDay(text.slice(0, DAY_CHARACTERS)))
    throw new Misuse(`'${text}' is no position: there is no such day`);
  const time = TIME.test(text) ? Date.parse(text) : AGO.test(text) ? now - ms(text as ms.StringValue) : Number.NaN;
  if (!(time >= YEAR_0))
    throw new Misuse(
      `'${text}' is no position: expected new, earliest, a seq (1 or more), a time (2026-11-01T08:00Z) or a duration before now (15m)`,
    );
  return { time: new Date(time).toISOString() };
}

/**
 * Reads the number of a message.
 *
 * @throws Misuse if it is none.
 */
export function readSeq(text: string): number {
  const seq = SEQ.test(text) ? Number(text) : 0;
  if (seq < 1 || !Number.isSafeInteger(seq)) throw new Misuse(`'${text}' is no seq: expected a whole number from 1`);
  return seq;
}
