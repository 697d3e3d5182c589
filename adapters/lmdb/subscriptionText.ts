import { decodeFlights, encodeFlights } from '../../broker/model/flightsText';
import type { ClientId, EventName, QueueName } from '../../broker/model/names';
import type { Subscription, SubscriptionSettings } from '../../broker/model/subscription';

interface Stored {
  queue: QueueName;
  shard: number;
  client: ClientId;
  version: number;
  createdAt: number;
  events: [EventName, number][];
  next: number;
  covered: number;
  inFlight: string;
  settings: SubscriptionSettings;
  /** null: never. */
  expiresAt: number | null;
}

/** A subscription as it is stored, without its connections: those end with the process. */
export function encodeSubscription(subscription: Subscription): string {
  const { connections: _, events, inFlight, expiresAt, ...rest } = subscription;
  return JSON.stringify({
    ...rest,
    events: events.map(({ event, since }) => [event, since]),
    inFlight: encodeFlights(inFlight),
    expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
  } satisfies Stored);
}

/** The inverse of {@link encodeSubscription}. */
export function decodeSubscription(text: string): Subscription {
  const { events, inFlight, expiresAt, ...rest } = JSON.parse(text) as Stored;
  return {
    ...rest,
    events: events.map(([event, since]) => ({ event, since })),
    inFlight: decodeFlights(inFlight),
    connections: [],
    expiresAt: expiresAt ?? Number.POSITIVE_INFINITY,
  };
}
