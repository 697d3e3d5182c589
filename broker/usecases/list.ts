import { countInFlight } from '../model/census';
import { FRAME_BYTES } from '../model/limits';
import { backlogOf, eventNames } from '../model/subscription';
import { InvalidCursor, type Page, type PageRequest, type Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { ListedSubscription, ListItem, ServerFrame } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { deadLetters } from './listDeadLetters';
import { ownClient, ownQueues, ownSubscription } from './listOwn';
import { type Caller, type Outcome, refOf } from './outcome';
import { overseesAll, overseesQueue } from './oversight';
import { allSubscriptions, existingQueue, shardsOf } from './queue';
import { redrivenOf } from './redrive';
import { summarize } from './welcome';

type List = RequestOf<'list'>;

const DEFAULT_LIMIT = 50;
// Room for what surrounds the items: the frame's other fields and a cursor.
const ITEMS_BYTES = FRAME_BYTES - 4_608;

/** What the server knows, a page at a time: as many items as were asked for, or as fit a frame. */
export async function list(ports: Ports, caller: Caller, request: List): Promise<Outcome> {
  const { what, limit = DEFAULT_LIMIT, cursor } = request;
  const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
  try {
    const found = await fitting(page, (part) => filled(part, (one) => pageOf(ports, caller, request, one)));
    const reply: ServerFrame = { type: 'list', ...refOf(request), what, items: [...found.items] };
    return { reply: found.cursor === undefined ? reply : { ...reply, cursor: found.cursor } };
  } catch (error) {
    if (error instanceof InvalidCursor)
      throw new ProtocolError('invalid', 'cursor must be one that a reply to the same list gave', 'cursor', {
        cause: error,
      });
    throw error;
  }
}

type Read = (page: PageRequest) => Promise<Page<ListItem>>;

const MOST_READS = 10;

/** Stores may answer with less than a page although more follows: goes on until it is full, within reason. */
async function filled(page: PageRequest, read: Read): Promise<Page<ListItem>> {
  const items: ListItem[] = [];
  let { cursor } = page;
  let reads = 0;
  do {
    const part = await read({ limit: page.limit - items.length, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...part.items);
    cursor = part.cursor;
    reads += 1;
  } while (cursor !== undefined && items.length < page.limit && reads < MOST_READS);
  return cursor === undefined ? { items } : { items, cursor };
}

/** A page whose items are too large for a frame is read again with as many as fit: only the store can make its cursor. */
async function fitting(page: PageRequest, read: Read): Promise<Page<ListItem>> {
  const found = await read(page);
  let bytes = 0;
  let fit = 0;
  for (const item of found.items) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > ITEMS_BYTES) break;
    fit += 1;
  }
  return fit === found.items.length ? found : read({ ...page, limit: Math.max(1, fit) });
}

/** Without the right to see what is others', a client is shown its own. */
async function pageOf(ports: Ports, caller: Caller, request: List, page: PageRequest): Promise<Page<ListItem>> {
  switch (request.what) {
    case 'clients':
      return overseesAll(caller) ? clients(ports, request, page) : ownClient(ports, caller, request);
    case 'queues':
      return overseesAll(caller) ? queues(ports, page) : ownQueues(ports, caller, page);
    case 'subscriptions':
      return subscriptions(ports, caller, request, page);
    case 'deadLetters':
      return deadLetters(ports, caller, request, page);
  }
}

const mapPage = async <From, To>(page: Page<From>, map: (item: From) => Promise<To>): Promise<Page<To>> => ({
  ...page,
  items: await Promise.all(page.items.map(map)),
});

async function clients(ports: Ports, { connected }: List, page: PageRequest): Promise<Page<ListItem>> {
  const found = await ports.clients.list(page, ports.clock.now(), connected);
  const listed = await mapPage(found, async ({ client, connections, subscriptions: keys }) => ({
    clientId: client,
    connected: connections.length > 0,
    connections: connections.map(({ connection, connectedAt }) => ({
      connectionId: connection,
      connectedAt: new Date(connectedAt).toISOString(),
    })),
    subscriptions: await summarize(ports, keys),
  }));
  // One whose subscriptions have all ended by themselves is known to the directory only.
  return { ...listed, items: listed.items.filter((item) => item.connected || item.subscriptions.length > 0) };
}

async function queues(ports: Ports, page: PageRequest): Promise<Page<ListItem>> {
  return mapPage(await ports.queues.list(page), async (queue) => {
    let subscribers = 0;
    let connected = 0;
    for await (const subscription of allSubscriptions(ports, queue)) {
      subscribers += 1;
      if (subscription.connections.length > 0) connected += 1;
    }
    return { queue: queue.queue, events: [...queue.events], head: queue.head, subscribers, connected };
  });
}

async function subscriptions(ports: Ports, caller: Caller, request: List, page: PageRequest): Promise<Page<ListItem>> {
  const isAll = request.queue !== undefined && overseesQueue(caller, request.queue);
  const own = isAll ? undefined : await ownSubscription(ports, caller, request.queue);
  const queue = await existingQueue(ports, request.queue);
  const now = ports.clock.now();
  const found = own === undefined ? await ports.subscriptions.list(shardsOf(queue), page, now) : { items: [own] };
  return mapPage(found, async (subscription): Promise<ListedSubscription> => {
    const dying = subscription.inFlight.filter((flight) => flight.dead && !flight.redriven).length;
    const letters = (await ports.deadLetters.count(subscription, now)) - redrivenOf(subscription.inFlight).size;
    return {
      clientId: subscription.client,
      events: eventNames(subscription),
      next: subscription.next,
      inFlight: countInFlight(subscription),
      backlog: backlogOf(subscription, queue.head),
      dead: Math.max(0, letters) + dying,
      connected: subscription.connections.length > 0,
      settings: subscription.settings,
    };
  });
}
