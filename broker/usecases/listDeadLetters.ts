import * as z from 'zod/mini';
import { FRAME_BYTES } from '../model/limits';
import type { DeadLetter } from '../model/message';
import type { ClientId } from '../model/names';
import type { Queue } from '../model/queue';
import { byteLength, wellFormed } from '../model/utf8';
import type { Page, PageRequest, Ports } from '../ports';
import { fromCursor, toCursor } from '../protocol/cursor';
import { encodeItem } from '../protocol/encode';
import type { ListedDeadLetter } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { Verbatim } from '../protocol/verbatim';
import type { Caller } from './outcome';
import { overseesQueue, ownerOf, seesEvent } from './oversight';
import { existingQueue, shardsOf } from './queue';
import { seqsInFlightAgain } from './redrive';

/** The dead letters of a queue: those of one client, or of all subscribers, one after the other. */
export async function deadLetters(
  ports: Ports,
  caller: Caller,
  { queue: name, clientId }: RequestOf<'list'>,
  page: PageRequest,
): Promise<Page<ListedDeadLetter>> {
  if (name !== undefined && !overseesQueue(caller, name)) {
    const sees = ({ message }: DeadLetter) => seesEvent(caller, name, message.event);
    return ofClient(ports, { queue: name }, ownerOf(caller, name, clientId), page, sees);
  }
  const queue = await existingQueue(ports, name);
  return clientId === undefined ? ofAll(ports, queue, page) : ofClient(ports, queue, clientId, page);
}

async function ofClient(
  ports: Ports,
  { queue }: Pick<Queue, 'queue'>,
  client: ClientId,
  page: PageRequest,
  sees = (_letter: DeadLetter) => true,
): Promise<Page<ListedDeadLetter>> {
  const found = await ports.deadLetters.list({ queue, client }, page, ports.clock.now());
  const again = await seqsInFlightAgain(ports, { queue, client });
  const dead = found.items.filter((letter) => !again.has(letter.message.seq) && sees(letter));
  return { ...found, items: dead.map((letter) => fitted(listed(client, letter))) };
}

/**
 * `before`: the cursor of the subscriptions before the current one. `within`: the cursor in its dead letters, which are
 * those of the client `of`.
 */
const Place = z.strictObject({
  before: z.exactOptional(z.string()),
  within: z.exactOptional(z.string()),
  of: z.exactOptional(z.string()),
});

const SUBSCRIBERS = 20;

/** Reads a bounded number of subscribers for a page, since most of very many may have no dead letters. */
async function ofAll(ports: Ports, queue: Queue, page: PageRequest): Promise<Page<ListedDeadLetter>> {
  const items: ListedDeadLetter[] = [];
  let place = page.cursor === undefined ? {} : fromCursor(Place, page.cursor);
  for (let looked = 0; looked < SUBSCRIBERS && items.length < page.limit; looked++) {
    const subscriber = { limit: 1, ...(place.before === undefined ? {} : { cursor: place.before }) };
    const found = await ports.subscriptions.list(shardsOf(queue), subscriber, ports.clock.now());
    const client = found.items[0]?.client;
    // Of another, if that one's subscription has ended since.
    const within = place.of === client ? place.within : undefined;
    const part = { limit: page.limit - items.length, ...(within === undefined ? {} : { cursor: within }) };
    const letters = client === undefined ? { items: [] } : await ofClient(ports, queue, client, part);
    items.push(...letters.items);
    if (letters.cursor !== undefined && client !== undefined) place = { ...place, within: letters.cursor, of: client };
    else if (found.cursor === undefined) return { items };
    else place = { before: found.cursor };
  }
  return { items, cursor: toCursor(place) };
}

const listed = (clientId: ClientId, { message, reason, attempts, diedAt }: DeadLetter): ListedDeadLetter => ({
  clientId,
  seq: message.seq,
  id: message.id,
  event: message.event,
  payload: new Verbatim(message.payload),
  headers: JSON.parse(message.headers),
  publisher: message.publisher,
  publishedAt: new Date(message.publishedAt).toISOString(),
  reason,
  attempts,
  diedAt: new Date(diedAt).toISOString(),
});

/** Bytes of a letter that has its frame to itself. */
const LETTER_BYTES = FRAME_BYTES - 1_024;

/** Cuts the reason to what fits beside a large message. */
function fitted(letter: ListedDeadLetter): ListedDeadLetter {
  const { reason } = letter;
  if (reason === '' || byteLength(encodeItem(letter)) <= LETTER_BYTES) return letter;
  return fitted({ ...letter, reason: wellFormed(reason.slice(0, reason.length >> 1)) });
}
