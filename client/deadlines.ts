import type { Entry } from './ledger';

/** How the deadlines of what this client has are kept off. */
export interface Keeping {
  /** Milliseconds in which the server wants an answer. */
  readonly deadline: number;
  /** Whether someone here is going to handle it, if it is not being handled yet. */
  readonly isWanted: (entry: Entry) => boolean;
  /** For how long the handler of a message is given more time, in milliseconds. */
  readonly limitOf: (entry: Entry) => number;
}

/** The shares of a deadline: each is looked at once a share, and extended when two or less are left. */
export const SHARES = 3;

/**
 * Which messages need more time: those being handled, up to a limit, and those that wait here for their turn, unless all
 * handlers have reached their limit, so that nothing moves.
 */
export function needingTime(entries: Iterable<Entry>, now: number, { deadline, isWanted, limitOf }: Keeping): Entry[] {
  const running: Entry[] = [];
  const held: Entry[] = [];
  let atWork = 0;
  let stuck = 0;
  for (const entry of entries) {
    if (entry.stage === 'running') {
      atWork += 1;
      if (now - entry.startedAt >= limitOf(entry)) stuck += 1;
      else running.push(entry);
    } else if (isWanted(entry)) held.push(entry);
  }
  const moving = stuck === 0 || stuck < atWork;
  const soon = now + (deadline * (SHARES - 1)) / SHARES;
  return [...running, ...(moving ? held : [])].filter((entry) => entry.dueAt <= soon);
}
