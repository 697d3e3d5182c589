import type { Reading } from '../../../broker/decide/advance';
import type { LogEntry, Message, Tombstone } from '../../../broker/model/message';
import type { ClientId, ConnectionId, EventName, JsonText, QueueName, Seq, Time } from '../../../broker/model/names';
import { EVERY_EVENT } from '../../../broker/model/names';
import type { AttachedConnection, Flight, Subscription } from '../../../broker/model/subscription';
import type { Delivery } from '../../../broker/protocol/encode';

/** When the tests take place. */
export const NOW = Date.UTC(2026, 10, 1);
/** How long messages are kept. Milliseconds. */
export const RETENTION = 7 * 86_400_000;
export const SECOND = 1000;

export const event = (name: string) => name as EventName;

export const attached = (name: string, connectedAt: Time = NOW): AttachedConnection => ({
  connection: name as ConnectionId,
  connectedAt,
});

/** A connected subscription to every event that has received nothing yet. */
export const subscription = (more: Partial<Subscription> = {}): Subscription => ({
  queue: 'Database Events' as QueueName,
  shard: 0,
  client: 'billing' as ClientId,
  version: 1,
  createdAt: NOW,
  events: [{ event: EVERY_EVENT, since: 1 }],
  next: 1,
  covered: more.next ?? 1,
  inFlight: [],
  connections: [attached('first')],
  settings: { ackDeadline: 30, maxDeliveries: 5, maxInFlight: 100 },
  expiresAt: NOW + 31 * 86_400_000,
  ...more,
});

/** Settings of which only some matter. */
export const settings = (more: Partial<Subscription['settings']>) => ({
  settings: { ackDeadline: 30, maxDeliveries: 5, maxInFlight: 100, ...more },
});

export const message = (seq: Seq, more: Partial<Message> = {}): Message => {
  const publishedAt = more.publishedAt ?? NOW;
  return {
    seq,
    id: `id of ${seq}`,
    event: event('add'),
    payload: 'null' as JsonText,
    headers: '{}' as JsonText,
    publisher: 'shop' as ClientId,
    publishedAt,
    expiresAt: publishedAt + RETENTION,
    previousUntil: seq === 1 ? 0 : publishedAt + RETENTION,
    ...more,
  };
};

export const tombstone = (seq: Seq, publishedAt: Time = NOW): Tombstone => ({
  seq,
  tombstone: true,
  publishedAt,
  expiresAt: publishedAt + RETENTION,
  previousUntil: publishedAt + RETENTION,
});

/** In flight for the first time, to be answered within 30 s. */
export const flight = (seq: Seq, more: Partial<Flight> = {}): Flight => ({
  seq,
  attempt: 1,
  dueAt: NOW + 30 * SECOND,
  ...more,
});

/** The messages from one number up to and including another. */
export const messages = (from: Seq, to: Seq): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

/** What was read: nothing is due, and the log ends with the entries, unless it is said otherwise. */
export const reading = (entries: readonly LogEntry[], more: Partial<Reading> = {}): Reading => ({
  due: new Map(),
  entries,
  more: false,
  ...more,
});

/** What was read of what is due: all of it is retained. */
export const dueOf = (...seqs: Seq[]): Pick<Reading, 'due'> => ({
  due: new Map(seqs.map((seq) => [seq, message(seq)])),
});

/** Deliveries in short, as `seq:attempt`. */
export const short = (deliveries: readonly Delivery[] = []): string[] =>
  deliveries.map(({ message: { seq }, attempt }) => `${seq}:${attempt}`);

export const seqsOf = (flights: readonly Flight[]): Seq[] => flights.map(({ seq }) => seq);
