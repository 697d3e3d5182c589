import { unburiable } from '../decide/dying';
import type { DeadLetter, Message } from '../model/message';
import type { Seq, Time } from '../model/names';
import type { Flight, Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { change } from './change';

/**
 * Letters that are stored at a time: those of one subscription share a partition of their table, which takes a thousand
 * write units a second, and each may be thirty (DynamoDB developer guide, "Best practices for designing partition keys").
 */
const AT_A_TIME = 25;

/**
 * Moves what was decided dead to the dead letters, and removes the letters of what was redriven and acked: some letters
 * at a time, and only then lets go of their flights, so that a crash in between repeats it and loses nothing, and what
 * fails leaves no more to do than it has to. What retention took before it could be buried is due again instead, so that a
 * gap is told of it.
 *
 * @returns the subscription as it is then; undefined if it ended.
 */
export async function bury(
  ports: Ports,
  subscription: Subscription,
  flights: readonly Flight[],
): Promise<Subscription | undefined> {
  let left: Subscription | undefined = subscription;
  for (let from = 0; from < flights.length && left !== undefined; from += AT_A_TIME)
    left = await burySome(ports, left, flights.slice(from, from + AT_A_TIME));
  return left;
}

async function burySome(
  ports: Ports,
  subscription: Subscription,
  flights: readonly Flight[],
): Promise<Subscription | undefined> {
  const now = ports.clock.now();
  const acked = flights.filter((flight) => flight.acked).map(({ seq }) => seq);
  if (acked.length > 0) await ports.deadLetters.remove(subscription, acked);
  const dying = flights.filter((flight) => !flight.acked);
  const messages = await findMessages(ports, subscription, dying, now);
  await Promise.all(
    dying.map(async (flight) => {
      const message = messages.get(flight.seq);
      if (message) await ports.deadLetters.put(subscription, letterOf(ports, message, flight, now));
    }),
  );
  const buried = new Set(flights.map(({ seq }) => seq));
  const lost = new Set(dying.map(({ seq }) => seq).filter((seq) => !messages.has(seq)));
  const changed = await change(ports, subscription, (current, at) => {
    if (!current.inFlight.some((flight) => flight.dead && buried.has(flight.seq))) return { subscription: current };
    const inFlight = current.inFlight.flatMap((flight) => {
      if (!flight.dead || !buried.has(flight.seq)) return [flight];
      return lost.has(flight.seq) ? [unburiable(flight, at)] : [];
    });
    return { subscription: { ...current, inFlight } };
  });
  // Until here the timer of the burial was pending.
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

/** The messages of flights: of the log, or, if it has them no more and they were dead before, of the dead letters. */
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
