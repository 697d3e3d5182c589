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

/** How the deadlines of what this client has are kept off. */
export interface Keeping {
  /** Milliseconds in which the server wants an answer. */
  readonly deadline: number;
  /** Whether someone here is going to handle it, if it is not being handled yet. */
  readonly isWanted: (entry: Entry) => boolean;
  /** For how long the handler of a message is given more time, in milliseconds. */
  readonly limitOf: (entry: Entry) => number;
}

/** How often within a deadline what is here is looked at; what has less than half of it left is extended. */
export const SHARES = 3;

/**
 * Which messages need more time: those being handled, up to a limit, and those that wait here for their turn, unless all
 * handlers have reached their limit, so that nothing moves.
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
