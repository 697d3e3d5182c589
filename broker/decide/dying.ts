import { BURIAL_RETRY_MS } from '../model/limits';
import type { Time } from '../model/names';
import type { Flight } from '../model/subscription';

/**
 * A redriven flight that was acked: held until its dead letter is removed, so that a crash in between does not leave a
 * letter of what is done.
 */
export const done = ({ seq, attempt }: Flight, now: Time): Flight => ({
  seq,
  attempt,
  dueAt: now + BURIAL_RETRY_MS,
  redriven: true,
  dead: true,
  acked: true,
});

/**
 * A flight decided dead whose message retention took before it was buried: due, so that the next advance says so. It
 * waits outside the window, where others may have been delivered in its place.
 */
export const unburiable = ({ seq, attempt, redriven }: Flight, now: Time): Flight => ({
  seq,
  attempt,
  dueAt: now,
  waiting: true,
  ...(redriven ? { redriven } : {}),
});

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
