import { countInFlight } from '../model/census';
import { backlogOf, eventNames } from '../model/subscription';
import { COUNTED_LETTERS, type Page, type PageRequest, type Ports } from '../ports';
import { encodeItem } from '../protocol/encode';
import type { ListedSubscription, ListItem, ServerFrame } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { fitting, ITEMS_BYTES } from './fitting';
import { deadLetters } from './listDeadLetters';
import { listedClient } from './listedClient';
import { ownClient, ownQueues, ownSubscription } from './listOwn';
import type { Caller, Outcome } from './outcome';
import { overseesAll, overseesQueue } from './oversight';
import { existingQueue, shardsOf } from './queue';
import { redrivenOf } from './redrive';
import { refusingCursors } from './refusingCursors';

type List = RequestOf<'list'>;

const DEFAULT_LIMIT = 50;

/** What the server knows, a page at a time: as many items as were asked for, or as fit a frame. */
export async function list(ports: Ports, caller: Caller, request: List): Promise<Outcome> {
  const { what, limit = DEFAULT_LIMIT, cursor } = request;
  const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
  const found = await refusingCursors('list', () =>
    framed(page, (part) => filled(part, (one) => pageOf(ports, caller, request, one))),
  );
  const reply: ServerFrame = { type: 'list', ref: request.ref, what, items: [...found.items] };
  return { reply: found.cursor === undefined ? reply : { ...reply, cursor: found.cursor } };
}

type Read = (page: PageRequest) => Promise<Page<ListItem>>;

const MOST_READS = 10;

/**
 * A store may return less than a page although more follows. Reads on until the page is full, a bounded number of
 * times.
 */
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

/**
 * Reads a page whose items are too large for a frame again with as many as fit, since only the store can make its
 * cursor. The items may have grown meanwhile, so they are measured again; each further try asks for half as many.
 */
async function framed(page: PageRequest, read: Read): Promise<Page<ListItem>> {
  let { limit } = page;
  for (let half = limit; ; half = Math.floor(limit / 2)) {
    const found = await read({ ...page, limit });
    const fit = fitting(found.items, ITEMS_BYTES, encodeItem).length;
    // A single one fits, as it was made.
    if (fit === found.items.length || limit === 1) return found;
    limit = Math.max(1, Math.min(fit, half));
  }
}

/** Without the right to see what belongs to others, a client is shown what is its own. */
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
  const listed = await mapPage(found, (client) => listedClient(ports, client));
  // The directory may still have clients whose subscriptions have all expired: leave them out.
  return { ...listed, items: listed.items.filter((item) => item.connected || item.subscriptions.length > 0) };
}

async function queues(ports: Ports, page: PageRequest): Promise<Page<ListItem>> {
  return mapPage(await ports.queues.list(page), async (queue) => {
    const counted = await ports.subscriptions.count(shardsOf(queue), ports.clock.now());
    return { queue: queue.queue, events: [...queue.events], head: queue.head, ...counted };
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
    const again = redrivenOf(subscription.inFlight).size;
    const letters = (await ports.deadLetters.count(subscription, now, COUNTED_LETTERS + again)) - again;
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
