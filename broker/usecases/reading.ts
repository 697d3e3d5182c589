import { dueSeqs, type Reading } from '../decide/advance';
import { wantsEverything } from '../decide/interest';
import { windowOf } from '../decide/window';
import { MESSAGE_BYTES } from '../model/limits';
import { sizeOf } from '../model/message';
import type { Seq, Time } from '../model/names';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { findMessages } from './bury';
import type { Round } from './round';

const PAGE = 250;

/**
 * How many messages of the backlog are read. A subscription that filters passes over unwanted messages a page at a
 * time.
 */
function pageOf(subscription: Subscription): number {
  const room = windowOf(subscription).forBacklog;
  return room > 0 && !wantsEverything(subscription) ? PAGE : Math.min(room, PAGE);
}

/**
 * Reads what the next advance of a subscription is decided by: what is due, and a page of the log from its cursor on.
 */
export async function readFor(ports: Ports, subscription: Subscription, round: Round, now: Time): Promise<Reading> {
  const seqs = dueSeqs(subscription, now);
  const due = seqs.length === 0 ? NOTHING_DUE : await readDue(ports, subscription, seqs, now);
  const page = pageOf(subscription);
  // The window is full: do not read the log. If nothing due is deliverable after all, `more` brings us back.
  if (page === 0) return { due, entries: [], more: true };
  const { entries, more } = await round.read(subscription.next, page, now);
  if (entries.length > 0) return { due, entries, more };
  const tail = await tailOf(ports, subscription.queue, subscription.next);
  return { due, entries, more, ...(tail ? { tail } : {}) };
}

/** The most that is read for a subscription at a time, as a number of messages of the largest size. */
export const mostRead = (subscription: Subscription, now: Time): number =>
  pageOf(subscription) + dueSeqs(subscription, now).length;

/** The size of what was read, as a number of messages of the largest size. */
export function sizeIn({ due, entries }: Reading): number {
  let size = 0;
  for (const message of due.values()) if (message !== undefined) size += sizeOf(message);
  for (const entry of entries) size += sizeOf(entry);
  return Math.ceil(size / MESSAGE_BYTES);
}

const NOTHING_DUE: Reading['due'] = new Map();

async function readDue(
  ports: Ports,
  subscription: Subscription,
  seqs: readonly Seq[],
  now: Time,
): Promise<Reading['due']> {
  const due = new Set(seqs);
  const flights = subscription.inFlight.filter(({ seq }) => due.has(seq));
  const messages = await findMessages(ports, subscription, flights, now);
  return new Map(flights.map(({ seq }) => [seq, messages.get(seq)]));
}

async function tailOf(ports: Ports, name: Subscription['queue'], next: Seq): Promise<Reading['tail']> {
  const queue = await ports.queues.get(name);
  if (queue === undefined || queue.head < next) return undefined;
  return { head: queue.head, headUntil: queue.headUntil };
}
