import { unburiable } from '../decide/dying';
import type { DeadLetter, Message } from '../model/message';
import type { Seq, Time } from '../model/names';
import { amend, type Flight, type Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { change } from './change';

/**
 * How many letters are stored at a time. The letters of one subscription share a partition of their table, which takes
 * a thousand write units a second, and a letter may take thirty (DynamoDB developer guide, "Best practices for
 * designing partition keys").
 */
const AT_A_TIME = 25;

/**
 * Stores a dead letter for each flight that was decided dead, and removes the letters of redriven messages that were
 * acked. It works in groups: first the letters, then their flights are dropped, so that a crash in between only repeats
 * a group. A message that retention took before its burial is made due instead, so that a gap reports it.
 *
 * @returns the subscription afterwards; undefined if it ended.
 */
export async function bury(
  ports: Ports,
  subscription: Subscription,
  flights: readonly Flight[],
): Promise<Subscription | undefined> {
  let left: Subscription | undefined = subscription;
  for (let from = 0; from < flights.length && left !== undefined; from += AT_A_TIME) {
    const some = flights.slice(from, from + AT_A_TIME);
    const ours = from === 0 ? some : notTakenOver(left, some);
    if (ours.length === 0) break;
    left = await burySome(ports, left, ours);
  }
  return left;
}

/** Those that nobody has claimed or buried since: if all were buried twice, a throttled table would never get done. */
function notTakenOver({ inFlight }: Subscription, flights: readonly Flight[]): readonly Flight[] {
  const dueAt = new Map(inFlight.filter(({ dead }) => dead).map((flight) => [flight.seq, flight.dueAt]));
  return flights.filter((flight) => dueAt.get(flight.seq) === flight.dueAt);
}

async function burySome(
  ports: Ports,
  subscription: Subscription,
  flights: readonly Flight[],
): Promise<Subscription | undefined> {
  const now = ports.clock.now();
  // On disk before the letters: after a crash, a flight that is not known to be dead would be delivered beside its
  // letter.
  const decided = ports.subscriptions.persisted(subscription);
  const acked = flights.filter((flight) => flight.acked).map(({ seq }) => seq);
  const dying = flights.filter((flight) => !flight.acked);
  const stored = async () => {
    if (acked.length > 0) await ports.deadLetters.remove(subscription, acked);
    const messages = await findMessages(ports, subscription, dying, now);
    const putOne = async (flight: Flight) => {
      const message = messages.get(flight.seq);
      if (message) await ports.deadLetters.put(subscription, letterOf(ports, message, flight, now));
    };
    await Promise.all(dying.map(putOne));
    return messages;
  };
  const [messages] = await Promise.all([stored(), decided]);
  const buried = new Set(flights.map(({ seq }) => seq));
  const lost = new Set(dying.map(({ seq }) => seq).filter((seq) => !messages.has(seq)));
  const changed = await change(ports, subscription, (current, at) => {
    if (!current.inFlight.some((flight) => flight.dead && buried.has(flight.seq))) return { subscription: current };
    const inFlight = current.inFlight.flatMap((flight) => {
      if (!flight.dead || !buried.has(flight.seq)) return [flight];
      return lost.has(flight.seq) ? [unburiable(flight, at)] : [];
    });
    return { subscription: amend(current, { inFlight }) };
  });
  // Until now the timer of the burial was pending; these are due at once.
  if (lost.size > 0) await ports.timers.arm(subscription, now, now);
  return changed?.subscription;
}

const letterOf = (ports: Ports, message: Message, flight: Flight, now: Time): DeadLetter => ({
  message,
  reason: flight.reason ?? 'dead',
  attempts: flight.attempt,
  diedAt: now,
  expiresAt: now + ports.settings.deadLetterRetention,
});

/** The messages of flights, from the log. A redriven message that is no longer there is read from the dead letters. */
export async function findMessages(
  ports: Ports,
  subscription: Subscription,
  flights: readonly Pick<Flight, 'seq' | 'redriven'>[],
  now: Time,
): Promise<Map<Seq, Message>> {
  if (flights.length === 0) return new Map();
  const seqs = flights.map(({ seq }) => seq);
  const found = new Map((await ports.log.get(subscription.queue, seqs, now)).map((message) => [message.seq, message]));
  const missing = flights.filter(({ seq, redriven }) => redriven && !found.has(seq)).map(({ seq }) => seq);
  if (missing.length > 0)
    for (const { message } of await ports.deadLetters.get(subscription, missing, now)) found.set(message.seq, message);
  return found;
}
