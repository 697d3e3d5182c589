import { censusOf } from '../model/census';
import type { Subscription } from '../model/subscription';

/** How the flights of a subscription take up its window. */
export interface Window {
  /** How many messages of the backlog may be delivered. */
  readonly forBacklog: number;
  /** How many of those that wait may be delivered again. */
  readonly forWaiting: number;
}

/**
 * The room in the window. A message that waits after a nack takes no place, so that retries cannot stall what is new;
 * beyond `maxInFlight` of them, they do, so that what a subscription holds stays bounded.
 */
export function windowOf({ inFlight, settings }: Subscription): Window {
  const { delivered, waiting } = censusOf(inFlight);
  const free = settings.maxInFlight - delivered;
  return {
    forWaiting: Math.max(0, free),
    forBacklog: Math.max(0, free - Math.max(0, waiting - settings.maxInFlight)),
  };
}
