import { ulid } from 'ulid';
import type { Connection } from '../../../broker/model/connection';
import type { DeadLetter, Message } from '../../../broker/model/message';
import type { ClientId, ConnectionId, EventName, JsonText, QueueName } from '../../../broker/model/names';
import type { Subscription, SubscriptionKey } from '../../../broker/model/subscription';
import type { Draft, Page } from '../../../broker/ports';

/** When the tests take place, and an hour later. */
export const NOW = Date.UTC(2026, 10, 1);
export const LATER = NOW + 3_600_000;

/** Beyond what fits 32 bits. */
export const BIG = 2 ** 33 + 7;

/** Unlike every other in this run and in runs before, for a store may outlive a run. */
export const fresh = (what: string): string => `${what} ${ulid()}`;

export const queueName = (what = 'queue') => fresh(what) as QueueName;
export const clientId = (what = 'client') => fresh(what).replaceAll(' ', '.') as ClientId;
export const connectionId = (what = 'connection') => fresh(what) as ConnectionId;
export const event = (name: string) => name as EventName;

/** Endings of names that a store might take apart, escape, or mistake for one another. */
export const ODD = [
  '#',
  '#1',
  '1#',
  '1#1',
  '/',
  '\\',
  '"',
  "'",
  '`',
  ' ',
  '%00',
  '..',
  '😀',
  'é',
  'e\u0301',
  '$',
  '::',
  '|',
];

export const draft = (id: string, more: Partial<Draft> = {}): Draft => ({
  id,
  idempotent: false,
  event: event('add'),
  payload: `{"of":${JSON.stringify(id)}}` as JsonText,
  headers: '{}' as JsonText,
  publisher: 'shop' as ClientId,
  ...more,
});

/** As a publisher writes it who chose the id. */
export const chosen = (id: string, more: Partial<Draft> = {}): Draft => draft(id, { idempotent: true, ...more });

export const drafts = (count: number, more: Partial<Draft> = {}): Draft[] =>
  Array.from({ length: count }, () => draft(ulid(), more));

export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq,
  id: `id of ${seq}`,
  event: event('add'),
  payload: '{"a":[1,"😀"]}' as JsonText,
  headers: '{"traceparent":"x"}' as JsonText,
  publisher: 'shop' as ClientId,
  publishedAt: NOW,
  expiresAt: LATER,
  previousUntil: NOW - 1,
  ...more,
});

export const deadLetter = (seq: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  message: message(seq),
  reason: 'malformed',
  attempts: 5,
  diedAt: NOW,
  expiresAt: LATER,
  ...more,
});

export const connection = (client: ClientId, more: Partial<Connection> = {}): Connection => ({
  connection: connectionId(),
  client,
  connectedAt: NOW,
  expiresAt: LATER,
  ...more,
});

export const subscription = (key: SubscriptionKey, more: Partial<Subscription> = {}): Subscription => ({
  ...key,
  version: 1,
  createdAt: NOW,
  events: [{ event: event('*'), since: 1 }],
  next: 1,
  covered: 1,
  inFlight: [],
  connections: [],
  settings: { ackDeadline: 30, maxDeliveries: 5, maxInFlight: 100 },
  expiresAt: LATER,
  ...more,
});

/** All items of a list, page by page; pages may be short or empty, but not too long, and must come to an end. */
export async function everyPage<Item>(limit: number, list: (cursor?: string) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await list(cursor);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.cursor;
    pages += 1;
  } while (cursor !== undefined && pages < 10_000);
  expect(cursor).toBeUndefined();
  return items;
}

/** The request for a page. */
export const pageOf = (limit: number, cursor?: string) => ({ limit, ...(cursor === undefined ? {} : { cursor }) });

/** Cursors that no store made. */
export const FOREIGN_CURSORS = [
  '',
  'nonsense',
  '😀',
  '%',
  ...['null', '{}', '[]', '"a"', '{"list":"other"}', '[1]', '{"__proto__":1}'].map((text) =>
    Buffer.from(text).toString('base64url'),
  ),
];
