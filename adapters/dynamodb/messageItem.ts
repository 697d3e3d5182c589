import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { LogEntry, Message } from '../../broker/model/message';
import type { ClientId, EventName, JsonText, QueueName, Seq, Time } from '../../broker/model/names';
import type { Place } from '../../broker/model/place';
import { expiry, expiryOf, type Item, number, numberAt, text, textAt } from './items';

/*
 * The Messages table holds, under `queue` and `seq`:
 * - messages: `id`, `event`, `payload`, `headers`, `publisher`, `publishedAt`, `previousUntil` and the expiry. Nothing
 *   else in the table has an `event`: the filter of its stream relies on it.
 * - tombstones: `tombstone`, `publishedAt`, `previousUntil` and the expiry.
 * - the longest retention that messages were given: see `longestRetention.ts`.
 * - markers of chosen ids, at `markerKey`: `at`, the number that the id was given, and what else its message has from
 *   that moment: `publishedAt`, `previousUntil` and the expiry. They expire with their message.
 */

export const entryKey = (queue: QueueName, seq: Seq): Item => ({ queue: text(queue), seq: number(seq) });

/** Cannot be the key of a queue, since a name has no control characters. */
export const markerKey = (queue: QueueName, id: string): Item => ({
  queue: text(`${queue}\u0000${id}`),
  seq: number(0),
});

/** The id that a marker is for. */
export const markedId = (queue: QueueName, marker: Item): string => textAt(marker, 'queue').slice(queue.length + 1);

const placeItem = (place: Place): Item => ({
  publishedAt: number(place.publishedAt),
  previousUntil: number(place.previousUntil),
  ...expiry(place.expiresAt),
});

export const toPlace = (marker: Item): Place => ({ ...toTimes(marker), seq: numberAt(marker, 'at') });

const toTimes = (item: Item) => ({
  publishedAt: numberAt(item, 'publishedAt'),
  previousUntil: numberAt(item, 'previousUntil'),
  expiresAt: expiryOf(item),
});

/** The attributes of a message, also inside a dead letter. */
export const messageItem = (message: Message): Item => ({
  id: text(message.id),
  event: text(message.event),
  payload: text(message.payload),
  headers: text(message.headers),
  publisher: text(message.publisher),
  ...placeItem(message),
});

export const toMessage = (item: Item): Message => ({
  seq: numberAt(item, 'seq'),
  id: textAt(item, 'id'),
  event: textAt(item, 'event') as EventName,
  payload: textAt(item, 'payload') as JsonText,
  headers: textAt(item, 'headers') as JsonText,
  publisher: textAt(item, 'publisher') as ClientId,
  ...toTimes(item),
});

export const isTombstoneItem = (item: Item): boolean => item.tombstone !== undefined;

export const toEntry = (item: Item): LogEntry =>
  isTombstoneItem(item) ? { seq: numberAt(item, 'seq'), tombstone: true, ...toTimes(item) } : toMessage(item);

/** Puts an entry, only if nothing is at its number. */
export function putEntryParameters(table: string, queue: QueueName, entry: LogEntry): PutItemCommandInput {
  const content = 'tombstone' in entry ? { tombstone: { BOOL: true }, ...placeItem(entry) } : messageItem(entry);
  return {
    TableName: table,
    Item: { ...entryKey(queue, entry.seq), ...content },
    ConditionExpression: 'attribute_not_exists(#seq)',
    ExpressionAttributeNames: { '#seq': 'seq' },
  };
}

/**
 * Claims an id for a number, only if the id has no number, one whose retention ended, or the number `dead`.
 *
 * @param dead the number that was read for the id, if a tombstone is there.
 */
export function claimParameters(
  table: string,
  queue: QueueName,
  id: string,
  place: Place,
  dead: Seq | undefined,
  now: Time,
): PutItemCommandInput {
  const noneOrExpired = 'attribute_not_exists(#at) OR #until <= :now';
  return {
    TableName: table,
    Item: { ...markerKey(queue, id), at: number(place.seq), ...placeItem(place) },
    ConditionExpression: dead === undefined ? noneOrExpired : `${noneOrExpired} OR #at = :dead`,
    ExpressionAttributeNames: { '#at': 'at', '#until': 'until' },
    ExpressionAttributeValues: { ':now': number(now), ...(dead === undefined ? {} : { ':dead': number(dead) }) },
  };
}
