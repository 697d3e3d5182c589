import type { Entry } from './ledger';

/** The longest that a server waits for an answer, unless the ack deadline is longer. Milliseconds. */
const LONGEST_MS = 600_000;

/**
 * How long the server waits for the answer to a delivery: doubled with each attempt. (It may wait a tenth longer.)
 *
 * @param deadline the ack deadline in milliseconds.
 * @param attempt 1 is the first.
 * @returns milliseconds.
 */
export const answerWithin = (deadline: number, attempt: number): number =>
  Math.min(deadline * 2 ** (Math.max(1, attempt) - 1), Math.max(LONGEST_MS, deadline));

/** How the deadlines of messages in this client are extended. */
export interface Keeping {
  /** Milliseconds in which the server wants an answer. */
  readonly deadline: number;
  /** Whether messages that are not being handled yet will be. */
  readonly isWanted: (entry: Entry) => boolean;
  /** For how long the deadline is extended for a handler at most. Milliseconds. */
  readonly limitOf: (entry: Entry) => number;
}

/**
 * How often deadlines are checked within one deadline. A message with less than half of its deadline left is extended.
 */
export const SHARES = 3;

/**
 * Which messages need more time: those being handled, up to the limit, and those that wait for a handler. If all
 * handlers have reached the limit, nothing moves, and waiting messages are not extended either.
 *
 * @param entries held and running.
 * @param now milliseconds since 1970.
 */
export function needingTime(entries: Iterable<Entry>, now: number, { deadline, isWanted, limitOf }: Keeping): Entry[] {
  const running: Entry[] = [];
  const held: Entry[] = [];
  let isStuck = false;
  for (const entry of entries) {
    if (entry.stage === 'running') {
      if (now - entry.startedAt < limitOf(entry)) running.push(entry);
      else isStuck = true;
    } else if (isWanted(entry)) held.push(entry);
  }
  const isMoving = !isStuck || running.length > 0;
  return [...running, ...(isMoving ? held : [])].filter((entry) => entry.dueAt - now < deadline / 2);
}
