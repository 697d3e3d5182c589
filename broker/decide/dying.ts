import { BURIAL_RETRY_MS } from '../model/limits';
import type { Time } from '../model/names';
import type { Flight } from '../model/subscription';

/**
 * A flight that becomes a dead letter: held until that is stored.
 *
 * @param reason left out: why it was nacked last, or that nobody answered.
 */
export const dying = (flight: Flight, now: Time, reason?: string): Flight => ({
  seq: flight.seq,
  attempt: flight.attempt,
  dueAt: now + BURIAL_RETRY_MS,
  dead: true,
  reason:
    reason ??
    flight.reason ??
    `not acknowledged after ${flight.attempt} ${flight.attempt === 1 ? 'delivery' : 'deliveries'}`,
  ...(flight.redriven ? { redriven: true } : {}),
});
