import { asksFor } from '../decide/interest';
import { HELD_MESSAGES } from '../model/limits';
import type { DeadLetter, Message } from '../model/message';
import type { ClientId, Seq, Time } from '../model/names';
import { amend, type Flight, type Subscription } from '../model/subscription';
import type { DeadLetterOwner, Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { RequestOf } from '../protocol/requests';
import { change, findKey } from './change';
import type { Caller, Outcome } from './outcome';
import { overseesQueue, ownerOf, seesEvent } from './oversight';
import { existingQueue } from './queue';
import { wakeAhead } from './wakeAhead';

/**
 * Delivers dead letters to their subscriber again, with attempts counted from 1. They wait outside its window until it
 * has room. Those of events that it is not subscribed to any more stay dead. Each letter is kept until its message is
 * acked, since the log may no longer have the message. While the message is in flight, its letter is neither counted
 * nor listed.
 */
export async function redrive(ports: Ports, caller: Caller, request: RequestOf<'redrive'>): Promise<Outcome> {
  const { queue } = request;
  const client = ownerOf(caller, queue, request.clientId);
  if (overseesQueue(caller, queue)) await existingQueue(ports, queue);
  const key = await findKey(ports, { client }, queue);
  if (key === undefined)
    throw new ProtocolError(
      'not_found',
      `${client} has no subscription to this queue: there is nobody to deliver to`,
      'clientId',
    );
  const known = await ports.subscriptions.get(key, ports.clock.now());
  if (known === undefined) throw ended(client);
  const letters: Dead[] = [];
  for await (const some of find(ports, caller, { queue, client }, request.seqs, redrivenOf(known.inFlight))) {
    letters.push(...some.filter(({ event }) => asksFor(known.events, event)));
    if (letters.length >= HELD_MESSAGES || ports.deadline?.isNear()) break;
  }
  const wakeUp = letters.length === 0 ? undefined : await wakeAhead(ports, key);
  const changed = await change(ports, key, (subscription, now) => {
    // It may have been narrowed since it was read.
    const wanted = letters.filter(({ event }) => asksFor(subscription.events, event));
    const seqs = wanted.map(({ seq }) => seq);
    return again(subscription, seqs, now);
  });
  if (changed === undefined) throw ended(client);
  await ports.subscriptions.persisted(key);
  return {
    reply: { type: 'redriven', ref: request.ref, queue, messages: changed.decision.count },
    wakeUps: changed.decision.count === 0 || wakeUp === undefined ? [] : [wakeUp],
  };
}

const ended = (client: ClientId): ProtocolError =>
  new ProtocolError('not_found', `${client}'s subscription has ended`, 'clientId');

/** Puts as many in flight again as the subscription has room for. */
function again(
  subscription: Subscription,
  seqs: readonly Seq[],
  now: Time,
): { subscription: Subscription; count: number } {
  const held = new Set(subscription.inFlight.map(({ seq }) => seq));
  const flights = seqs
    .filter((seq) => !held.has(seq))
    .slice(0, Math.max(0, HELD_MESSAGES - held.size))
    .map((seq): Flight => ({ seq, attempt: 0, dueAt: now, waiting: true, redriven: true }));
  if (flights.length === 0) return { subscription, count: 0 };
  const inFlight = [...subscription.inFlight, ...flights].sort((a, b) => a.seq - b.seq);
  return { subscription: amend(subscription, { inFlight }), count: flights.length };
}

/** Removes dead letters, as many as there is time for. */
export async function purge(ports: Ports, caller: Caller, request: RequestOf<'purge'>): Promise<Outcome> {
  const { queue } = request;
  const owner = { queue, client: ownerOf(caller, queue, request.clientId) };
  if (overseesQueue(caller, queue)) await existingQueue(ports, queue);
  let messages = 0;
  for await (const some of find(ports, caller, owner, request.seqs, await seqsInFlightAgain(ports, owner))) {
    await ports.deadLetters.remove(
      owner,
      some.map(({ seq }) => seq),
    );
    messages += some.length;
    if (ports.deadline?.isNear()) break;
  }
  return { reply: { type: 'purged', ref: request.ref, queue, messages } };
}

/** The seqs of an owner's dead letters that were redriven and are not settled. */
export async function seqsInFlightAgain(ports: Ports, owner: DeadLetterOwner): Promise<ReadonlySet<Seq>> {
  const key = await findKey(ports, owner, owner.queue);
  const subscription = key && (await ports.subscriptions.get(key, ports.clock.now()));
  return redrivenOf(subscription?.inFlight ?? []);
}

/** The seqs of flights whose dead letters do not count: in flight again, or acked and about to be removed. */
export const redrivenOf = (inFlight: readonly Flight[]): ReadonlySet<Seq> =>
  new Set(inFlight.filter(({ redriven, dead, acked }) => redriven && (!dead || acked)).map(({ seq }) => seq));

/** What is needed of a dead letter: thousands with their payloads would not fit in memory. */
type Dead = Pick<Message, 'seq' | 'event'>;

const PAGE = 100;

/**
 * The dead letters at these numbers that the caller may read; if none are named, all of them, some at a time.
 *
 * @param again the seqs of those that do not count, see {@link redrivenOf}.
 */
async function* find(
  ports: Ports,
  caller: Caller,
  owner: DeadLetterOwner,
  seqs: readonly Seq[] | undefined,
  again: ReadonlySet<Seq>,
): AsyncGenerator<readonly Dead[]> {
  const now = ports.clock.now();
  const deadOf = (letters: readonly DeadLetter[]): Dead[] =>
    letters
      .map(({ message: { seq, event } }) => ({ seq, event }))
      .filter(({ seq, event }) => !again.has(seq) && seesEvent(caller, owner.queue, event));
  if (seqs !== undefined) {
    yield deadOf(await ports.deadLetters.get(owner, [...new Set(seqs)], now));
    return;
  }
  let cursor: string | undefined;
  do {
    const page = await ports.deadLetters.list(owner, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }, now);
    yield deadOf(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
