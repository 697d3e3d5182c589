import { KEPT_REASON, KEPT_REASONS_BYTES } from '../model/limits';
import type { Seq, Time } from '../model/names';
import type { Flight, Subscription } from '../model/subscription';
import { byteLength } from '../model/utf8';
import { retryAfterNack } from './backoff';
import { done, dying } from './dying';

/** What a settlement did. */
export interface Settlement {
  /** The next state; the one given if nothing was in flight of what was named. */
  readonly subscription: Subscription;
  /** Those it applied to, ascending. What is not in flight is skipped, so that all settlements may be repeated. */
  readonly seqs: readonly Seq[];
}

/** Which messages a settlement names. */
export type Named = { readonly seqs: readonly Seq[] } | { readonly upTo: Seq };

/** These were processed: never again. A dead letter that was redriven is held until it is removed. */
export const ack = (subscription: Subscription, named: Named, now: Time): Settlement =>
  settle(subscription, named, (flight) => (flight.redriven ? done(flight, now) : undefined));

/**
 * These are to be delivered again. What has had all its deliveries is dead instead.
 *
 * @param delay milliseconds; left out: the back-off.
 * @param random from 0 up to 1.
 */
export function nack(
  subscription: Subscription,
  named: Named,
  now: Time,
  random: number,
  { delay, reason }: { delay?: number | undefined; reason?: string | undefined } = {},
): Settlement {
  const { settings } = subscription;
  const affordable = reason === undefined ? undefined : affords(subscription, wellFormed(reason));
  const kept = affordable === undefined ? {} : { reason: wellFormed(affordable.slice(0, KEPT_REASON)) };
  return settle(subscription, named, (flight) => {
    if (settings.maxDeliveries > 0 && flight.attempt >= settings.maxDeliveries) return dying(flight, now, affordable);
    const dueAt = now + (delay ?? retryAfterNack(settings, flight.attempt, random));
    return { ...flight, ...kept, dueAt, waiting: true };
  });
}

/** These go to the dead letters. */
export const reject = (subscription: Subscription, named: Named, now: Time, reason = REJECTED): Settlement => {
  const kept = affords(subscription, wellFormed(reason)) ?? REJECTED;
  return settle(subscription, named, (flight) => dying(flight, now, kept));
};

const REJECTED = 'rejected';

/** Without halves of characters, such as a cut leaves: they have no UTF-8 form, and DynamoDB refuses them. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '');

/** A reason, unless those that are held take up all their room; then what is settled matters more than why. */
function affords({ inFlight }: Subscription, reason: string): string | undefined {
  let bytes = bytesOf(reason);
  for (const flight of inFlight) if (flight.reason !== undefined) bytes += bytesOf(flight.reason);
  return bytes <= KEPT_REASONS_BYTES ? reason : undefined;
}

const bytesOf = (reason: string): number => byteLength(JSON.stringify(reason));

/** These are still being worked on: due `by` milliseconds from now. What waits after a nack is left as it is. */
export const extend = (subscription: Subscription, named: Named, now: Time, by: number): Settlement =>
  settle(subscription, named, (flight) => (flight.waiting ? flight : { ...flight, dueAt: now + by }));

function settle(subscription: Subscription, named: Named, become: (flight: Flight) => Flight | undefined): Settlement {
  const isNamed = 'upTo' in named ? (seq: Seq) => seq <= named.upTo : membership(named.seqs);
  const seqs: Seq[] = [];
  const inFlight: Flight[] = [];
  for (const flight of subscription.inFlight) {
    const next = !flight.dead && isNamed(flight.seq) ? become(flight) : flight;
    if (next !== flight) seqs.push(flight.seq);
    if (next) inFlight.push(next);
  }
  return { subscription: seqs.length === 0 ? subscription : { ...subscription, inFlight }, seqs };
}

function membership(seqs: readonly Seq[]): (seq: Seq) => boolean {
  if (seqs.length === 1) return (seq) => seq === seqs[0];
  const set = new Set(seqs);
  return (seq) => set.has(seq);
}
