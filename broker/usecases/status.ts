import { wants } from '../decide/interest';
import type { Message } from '../model/message';
import type { QueueName } from '../model/names';
import type { Queue } from '../model/queue';
import type { Subscription } from '../model/subscription';
import type { Page, Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { SubscriberStatus } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { findKey } from './change';
import { fitting, ITEMS_BYTES } from './fitting';
import type { Caller, Outcome } from './outcome';
import { overseesEvent, overseesQueue, seesEvent } from './oversight';
import { existingQueue, shardsOf } from './queue';
import { refusingCursors } from './refusingCursors';

/** This many fit a frame whatever their client ids are. */
const PAGE = 100;
const MOST_PAGES = 20;

/**
 * What became of one message, for each subscriber that asked for it, or still has it in flight or dead. It follows from
 * their states alone. A reply has as many as fit a frame, or as a bounded search finds; a cursor leads to the rest.
 */
export async function status(ports: Ports, caller: Caller, request: RequestOf<'status'>): Promise<Outcome> {
  const { seq } = request;
  // Whoever does not oversee the queue cannot tell one that does not exist from one that it may not see into.
  const queue = overseesQueue(caller, request.queue)
    ? await existingQueue(ports, request.queue)
    : await ports.queues.get(request.queue);
  const [message] = queue === undefined ? [] : await ports.log.get(queue.queue, [seq], ports.clock.now());
  if (queue === undefined || message === undefined || !maySee(caller, queue.queue, message))
    throw new ProtocolError('not_found', `there is no message ${seq} in this queue, or it has expired`, 'seq');
  const { items, cursor } = overseesEvent(caller, queue.queue, message.event)
    ? await refusingCursors('status', () => everybody(ports, queue, message, request))
    : { items: await statesOf(ports, await ownSubscriptions(ports, caller, queue.queue), message) };
  return {
    reply: {
      type: 'status',
      ref: request.ref,
      queue: queue.queue,
      seq,
      event: message.event,
      publishedAt: new Date(message.publishedAt).toISOString(),
      subscribers: [...items],
      ...(cursor === undefined ? {} : { cursor }),
    },
  };
}

async function everybody(
  ports: Ports,
  queue: Queue,
  message: Message,
  { limit = Infinity, cursor: after }: RequestOf<'status'>,
): Promise<Page<SubscriberStatus>> {
  let items: readonly SubscriberStatus[] = [];
  let cursor = after;
  for (let pages = 0; pages < MOST_PAGES && items.length < limit; pages++) {
    const page = { limit: Math.min(PAGE, limit - items.length), ...(cursor === undefined ? {} : { cursor }) };
    const found = await ports.subscriptions.list(shardsOf(queue), page, ports.clock.now());
    const more = [...items, ...(await statesOf(ports, found.items, message))];
    // The next page reads these again: only the store can make a cursor, and only for a whole page.
    if (fitting(more, ITEMS_BYTES).length < more.length) break;
    items = more;
    cursor = found.cursor;
    if (cursor === undefined) return { items };
  }
  return cursor === undefined ? { items } : { items, cursor };
}

/** The states of the subscriptions that the message concerns, read in parallel. */
async function statesOf(
  ports: Ports,
  subscriptions: readonly Subscription[],
  message: Message,
): Promise<SubscriberStatus[]> {
  const states = await Promise.all(subscriptions.map((subscription) => stateOf(ports, subscription, message)));
  return states.filter((state) => state !== undefined);
}

/** Whether the caller may see a message: its own, or one that it may read. */
const maySee = (caller: Caller, queue: QueueName, { event, publisher }: Message): boolean =>
  publisher === caller.client || seesEvent(caller, queue, event);

async function ownSubscriptions(ports: Ports, caller: Caller, queue: QueueName): Promise<Subscription[]> {
  const key = await findKey(ports, caller, queue);
  return key === undefined ? [] : ports.subscriptions.getMany([key], ports.clock.now());
}

/**
 * Undefined if the subscription has nothing to do with the message. One that does not want it may have it all the same:
 * its dead letters outlive a change of its events, and itself, and can be redriven.
 */
async function stateOf(
  ports: Ports,
  subscription: Subscription,
  { seq, event }: Message,
): Promise<SubscriberStatus | undefined> {
  const clientId = subscription.client;
  const isWanted = wants(subscription.events, event, seq);
  if (isWanted && seq >= subscription.next) return { clientId, state: 'backlog' };
  const flight = subscription.inFlight.find((one) => one.seq === seq);
  if (flight?.acked) return { clientId, state: 'settled' };
  if (flight?.dead) return { clientId, state: 'dead' };
  if (flight) {
    const { attempt, dueAt } = flight;
    return { clientId, state: 'inFlight', attempt, dueAt: new Date(dueAt).toISOString() };
  }
  const [letter] = await ports.deadLetters.get(subscription, [seq], ports.clock.now());
  if (letter !== undefined) return { clientId, state: 'dead' };
  return isWanted ? { clientId, state: 'settled' } : undefined;
}
