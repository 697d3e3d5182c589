import * as z from 'zod/mini';
import type { QueueName } from '../model/names';
import type { Subscription, SubscriptionKey } from '../model/subscription';
import type { Page, PageRequest, Ports } from '../ports';
import { fromCursor, toCursor } from '../protocol/cursor';
import type { ListedClient, ListedQueue } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { findKey, notSubscribed } from './change';
import { listedClient } from './listedClient';
import type { Caller } from './outcome';
import { seesEvent } from './oversight';

/** The list of clients, cut down to the caller. */
export async function ownClient(
  ports: Ports,
  { client }: Caller,
  { connected }: RequestOf<'list'>,
): Promise<Page<ListedClient>> {
  const own = await ports.clients.get(client, ports.clock.now());
  const isConnected = own.connections.length > 0;
  if (connected !== undefined && connected !== isConnected) return { items: [] };
  return { items: [await listedClient(ports, own)] };
}

/**
 * The list of queues, cut down to those that the caller is subscribed to. Only the caller is counted as a subscriber.
 */
export async function ownQueues(ports: Ports, caller: Caller, page: PageRequest): Promise<Page<ListedQueue>> {
  const now = ports.clock.now();
  const { subscriptions: keys } = await ports.clients.get(caller.client, now);
  const { items, ...rest } = paginate(keys, page);
  const [subscriptions, queues] = await Promise.all([
    ports.subscriptions.getMany(items, now),
    ports.queues.getMany(items.map(({ queue }) => queue)),
  ]);
  const connected = new Map(subscriptions.map((one) => [one.queue, one.connections.length > 0]));
  const listed = items.flatMap(({ queue: name }): ListedQueue[] => {
    const queue = queues.get(name);
    if (queue === undefined || !connected.has(name)) return [];
    const events = queue.events.filter((event) => seesEvent(caller, name, event));
    return [{ queue: name, events, head: queue.head, subscribers: 1, connected: connected.get(name) ? 1 : 0 }];
  });
  return { ...rest, items: listed };
}

/** @throws ProtocolError `not_found`: the caller has none, whether the queue exists or not. */
export async function ownSubscription(
  ports: Ports,
  caller: Caller,
  queue: QueueName | undefined,
): Promise<Subscription> {
  const key = queue && (await findKey(ports, caller, queue));
  const subscription = key && (await ports.subscriptions.get(key, ports.clock.now()));
  if (!subscription) throw notSubscribed(queue ?? ('' as QueueName));
  return subscription;
}

const Position = z.strictObject({ list: z.literal('own'), after: z.string() });

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Pages in the order of queue names; the cursor is the last name. */
function paginate(keys: readonly SubscriptionKey[], { limit, cursor }: PageRequest): Page<SubscriptionKey> {
  const after = cursor === undefined ? undefined : fromCursor(Position, cursor).after;
  const sorted = [...keys].sort((a, b) => byName(a.queue, b.queue));
  const left = after === undefined ? sorted : sorted.filter(({ queue }) => queue > after);
  const items = left.slice(0, limit);
  const last = items.at(-1);
  return left.length > items.length && last !== undefined
    ? { items, cursor: toCursor({ list: 'own', after: last.queue }) }
    : { items };
}
