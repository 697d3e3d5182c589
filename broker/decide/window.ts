import { censusOf } from '../model/census';
import { HELD_MESSAGES } from '../model/limits';
import type { Seq } from '../model/names';
import type { Flight, Subscription } from '../model/subscription';

/** How the flights of a subscription take up its window. */
export interface Window {
  /** How many messages of the backlog may be delivered. */
  readonly forBacklog: number;
  /** How many of those that wait may be delivered again. */
  readonly forWaiting: number;
}

/**
 * The room in the window. A message that waits after a nack takes no place, so that retries cannot stall new messages.
 * Beyond `maxInFlight` waiting messages, each takes a place, so that what a subscription holds stays bounded. Messages
 * at the cursor or after it never take a place: the cursor could not get to them. Nor do dead ones, unless so many of
 * their letters could not be stored that the subscription holds all it may.
 */
export function windowOf({ inFlight, next, settings }: Subscription): Window {
  const { delivered, waiting } = censusOf(inFlight);
  const free = settings.maxInFlight - delivered;
  const forBacklog = free - Math.max(0, waiting - countAhead(inFlight, next) - settings.maxInFlight);
  return {
    forWaiting: Math.max(0, free),
    forBacklog: Math.max(0, Math.min(forBacklog, HELD_MESSAGES - inFlight.length)),
  };
}

/** Whether a redriven message is in the backlog once more, after a seek back: then the cursor delivers it. */
export const isAhead = ({ seq }: Flight, next: Seq): boolean => seq >= next;

function countAhead(inFlight: readonly Flight[], next: Seq): number {
  const last = inFlight.at(-1);
  if (last === undefined || !isAhead(last, next)) return 0;
  return inFlight.filter((flight) => flight.waiting && isAhead(flight, next)).length;
}
