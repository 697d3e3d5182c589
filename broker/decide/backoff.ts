import { MAX_BACKOFF_MS } from '../model/limits';
import type { SubscriptionSettings } from '../model/subscription';

const LATENESS = 0.1;

/**
 * How long after a delivery a message is due again, without the jitter. It doubles with each attempt, up to 10 minutes
 * or the ack deadline if that is more.
 *
 * @param attempt of the delivery; 1 is the first.
 * @returns milliseconds.
 */
export function backoffSpan({ ackDeadline }: SubscriptionSettings, attempt: number): number {
  const deadline = ackDeadline * 1000;
  return Math.min(deadline * 2 ** (Math.max(1, attempt) - 1), Math.max(MAX_BACKOFF_MS, deadline));
}

/**
 * How long a delivery may go without an answer: the span, and up to a tenth more at random, so that messages that
 * failed together do not all come back at once.
 *
 * @param random from 0 up to 1.
 * @returns milliseconds.
 */
export const answerWithin = (settings: SubscriptionSettings, attempt: number, random: number): number =>
  Math.round(backoffSpan(settings, attempt) * (1 + LATENESS * random));

/**
 * How long a nacked message waits when its consumer did not say: anything up to the span, known as full jitter (Marc
 * Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param random from 0 up to 1.
 * @returns milliseconds.
 */
export const retryAfterNack = (settings: SubscriptionSettings, attempt: number, random: number): number =>
  Math.round(backoffSpan(settings, attempt) * random);
