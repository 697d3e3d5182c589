import { BURIAL_RETRY_MS } from '../model/limits';
import type { Time } from '../model/names';
import type { Flight } from '../model/subscription';

/**
 * A redriven flight that was acked: held until its dead letter is removed, so that a crash in between leaves no letter
 * of a message that is done.
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
 * A flight decided dead whose message retention took before it was buried: made due, so that the next advance reports
 * it as a gap. It waits outside the window, since others may have taken its place there.
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
