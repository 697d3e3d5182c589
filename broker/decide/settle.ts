import { KEPT_REASON } from '../model/limits';
import type { Seq, Time } from '../model/names';
import { amend, type Flight, type Subscription } from '../model/subscription';
import { wellFormed } from '../model/utf8';
import { retryAfterNack } from './backoff';
import { done, dying } from './dying';
import { reasonsFit } from './reasons';
import { isAhead } from './window';

/** What a settlement did. */
export interface Settlement {
  /** The next state; the one given if nothing was in flight of what was named. */
  readonly subscription: Subscription;
  /** Those it applied to, ascending. What is not in flight is skipped, so that all settlements may be repeated. */
  readonly seqs: readonly Seq[];
}

/**
 * Which messages a settlement names. Up to a number: of those that were delivered, for nobody speaks of what never
 * came; one that is named may have come all the same, though its push was refused.
 */
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
  const because = (reasons?: { readonly kept?: string | undefined; readonly last: string }) =>
    settle(subscription, named, (flight) => {
      if (settings.maxDeliveries > 0 && flight.attempt >= settings.maxDeliveries)
        return dying(flight, now, reasons?.last);
      const { reason: before, ...rest } = flight;
      const kept = reasons === undefined ? before : reasons.kept;
      const dueAt = now + (delay ?? retryAfterNack(settings, flight.attempt, random));
      return { ...rest, ...(kept === undefined ? {} : { reason: kept }), dueAt, waiting: true };
    });
  if (reason === undefined) return because();
  const kept = startOf(reason);
  const { last, settlement } = firstThatFits([wellFormed(reason), kept, NACKED], (one) => because({ kept, last: one }));
  // What is settled matters more than why.
  return reasonsFit(settlement.subscription.inFlight, 'waiting') ? settlement : because({ last });
}

/** These go to the dead letters. */
export const reject = (subscription: Subscription, named: Named, now: Time, reason = REJECTED): Settlement =>
  firstThatFits([wellFormed(reason), startOf(reason), REJECTED], (last) =>
    settle(subscription, named, (flight) => dying(flight, now, last)),
  ).settlement;

const NACKED = 'nacked';
const REJECTED = 'rejected';

const startOf = (reason: string): string => wellFormed(reason.slice(0, KEPT_REASON));

/** Settles for the first of the reasons that there is room for, or for the last of them. */
function firstThatFits(
  reasons: readonly [string, ...string[]],
  settleFor: (reason: string) => Settlement,
): { readonly last: string; readonly settlement: Settlement } {
  const [last, ...shorter] = reasons;
  const settlement = settleFor(last);
  const [next, ...rest] = shorter;
  if (next === undefined || reasonsFit(settlement.subscription.inFlight, 'dead')) return { last, settlement };
  return firstThatFits([next, ...rest], settleFor);
}

/** These are still being worked on: due `by` milliseconds from now. What waits after a nack is left as it is. */
export const extend = (subscription: Subscription, named: Named, now: Time, by: number): Settlement =>
  settle(subscription, named, (flight) => (flight.waiting ? flight : { ...flight, dueAt: now + by }));

function settle(subscription: Subscription, named: Named, become: (flight: Flight) => Flight | undefined): Settlement {
  const isNamed = naming(named);
  const seqs: Seq[] = [];
  const inFlight: Flight[] = [];
  for (const flight of subscription.inFlight) {
    const isOwed = !flight.dead && !isAhead(flight, subscription.next);
    const next = isOwed && isNamed(flight) ? become(flight) : flight;
    if (next !== flight) seqs.push(flight.seq);
    if (next) inFlight.push(next);
  }
  return { subscription: seqs.length === 0 ? subscription : amend(subscription, { inFlight }), seqs };
}

function naming(named: Named): (flight: Flight) => boolean {
  if ('upTo' in named) return ({ seq, attempt }) => seq <= named.upTo && attempt > 0;
  const [first] = named.seqs;
  if (named.seqs.length === 1) return ({ seq }) => seq === first;
  const seqs = new Set(named.seqs);
  return ({ seq }) => seqs.has(seq);
}
