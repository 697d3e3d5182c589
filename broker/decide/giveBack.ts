import type { Seq, Time } from '../model/names';
import { amend, type Flight, type Subscription } from '../model/subscription';

/** Deliveries that no connection took, because all had ended or were full. */
export interface Refused {
  /** Where the cursor and its frames stood before what was refused; not there if no first delivery was. */
  readonly back?: { readonly next: Seq; readonly covered: Seq };
  /** The cursor as it was stored with them. */
  readonly next: Seq;
  /** Of all refused deliveries, first or not. */
  readonly seqs: readonly Seq[];
}

/**
 * Takes deliveries back, with their attempts. If nothing was delivered since, the cursor goes back, and it is as if
 * they had not been made; otherwise they are due again with one attempt less.
 */
export function giveBack(subscription: Subscription, refused: Refused, now: Time): Subscription {
  const back = isUntouched(subscription, refused) ? refused.back : undefined;
  const seqs = new Set(refused.seqs);
  const inFlight: Flight[] = [];
  for (const flight of subscription.inFlight) {
    if (!seqs.has(flight.seq) || isAnswered(flight) || flight.attempt === 0) inFlight.push(flight);
    else if (!(back && flight.seq >= back.next && isFirst(flight)))
      inFlight.push({ ...flight, attempt: flight.attempt - 1, dueAt: now });
  }
  return amend(subscription, { inFlight, ...back });
}

/** Takes back the attempts of deliveries that reached nobody. They are made anew when these would have been due. */
export function uncount(subscription: Subscription, seqs: readonly Seq[]): Subscription {
  const named = new Set(seqs);
  const inFlight = subscription.inFlight.map((flight) =>
    named.has(flight.seq) && !isAnswered(flight) && flight.attempt > 0
      ? { ...flight, attempt: flight.attempt - 1 }
      : flight,
  );
  return amend(subscription, { inFlight });
}

/**
 * The seqs of deliveries that are not the ones that were sent: made anew since a seek, or given more time by a
 * connection that was shown them. They are due at another time, which has not come.
 *
 * @param sent as it was stored with what was sent.
 */
export function sentAnew(sent: Subscription, { inFlight }: Subscription, now: Time): ReadonlySet<Seq> {
  const before = new Map(sent.inFlight.map((flight) => [flight.seq, flight]));
  const anew = inFlight.filter(({ seq, attempt, dueAt }) => {
    const one = before.get(seq);
    return one !== undefined && attempt <= one.attempt && dueAt !== one.dueAt && dueAt > now;
  });
  return new Set(anew.map(({ seq }) => seq));
}

/** What was refused, without these. The cursor does not go back then. */
export function refusedBut(refused: Refused, seqs: ReadonlySet<Seq>): Refused {
  if (!refused.seqs.some((seq) => seqs.has(seq))) return refused;
  return { next: refused.next, seqs: refused.seqs.filter((seq) => !seqs.has(seq)) };
}

/** Rejected or nacked: it did arrive, for another connection was shown it. */
const isAnswered = ({ dead, waiting }: Flight): boolean => dead === true || waiting === true;

const isFirst = (flight: Flight): boolean => flight.attempt === 1 && !flight.redriven && !isAnswered(flight);

/**
 * No later delivery was made, these were not delivered again, and none of them was settled. What stays in flight must
 * lie before the cursor as it moves back, which would otherwise deliver it again once it is acked.
 */
function isUntouched({ next, inFlight }: Subscription, refused: Refused): boolean {
  const { back } = refused;
  if (back === undefined || next !== refused.next) return false;
  const first = new Set(inFlight.filter(isFirst).map((flight) => flight.seq));
  return refused.seqs.every((seq) => seq < back.next || first.has(seq));
}
