import type { DeleteItemCommandInput, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { decodeFlights, encodeFlights } from '../../broker/model/flightsText';
import type { ClientId, ConnectionId, EventName, Time } from '../../broker/model/names';
import { parseShardKey, shardKey } from '../../broker/model/queue';
import type { Subscription, SubscriptionKey } from '../../broker/model/subscription';
import { expiry, expiryOf, type Item, number, numberAt, text, textAt } from './items';

/*
 * A subscription is one small item, for a write costs one unit per KB. Lists are JSON texts, which take half of what
 * DynamoDB's own lists do:
 * - `shard`: shardKey(); `client`; `version`; `createdAt`; `next`; `covered` (left out if it is `next`); the expiry
 * - `events`: [[name, since], …]
 * - `flights`: encodeFlights(); left out if there is none
 * - `attached`: [[connection, connectedAt], …]; left out if there is none
 * - `here`: 1; left out if there is no connection, so that the index has only subscriptions with connections
 * - `settings`: [ackDeadline, maxDeliveries, maxInFlight]
 * - `token`: random, of the write that stored this, so that a writer recognizes its own
 */

const Events = z.array(z.tuple([z.string(), z.number()]));
const Attached = z.array(z.tuple([z.string(), z.number()]));
const Settings = z.tuple([z.number(), z.number(), z.number()]);

export const subscriptionKey = (key: SubscriptionKey): Item => ({
  shard: text(shardKey(key)),
  client: text(key.client),
});

export function toItem(subscription: Subscription, token: string): Item {
  const { version, createdAt, events, next, covered, inFlight, connections, settings, expiresAt } = subscription;
  const { ackDeadline, maxDeliveries, maxInFlight } = settings;
  const attached = connections.map(({ connection, connectedAt }) => [connection, connectedAt]);
  return {
    ...subscriptionKey(subscription),
    version: number(version),
    createdAt: number(createdAt),
    next: number(next),
    events: text(JSON.stringify(events.map(({ event, since }) => [event, since]))),
    settings: text(JSON.stringify([ackDeadline, maxDeliveries, maxInFlight])),
    token: text(token),
    ...(covered === next ? {} : { covered: number(covered) }),
    ...(inFlight.length === 0 ? {} : { flights: text(encodeFlights(inFlight)) }),
    ...(attached.length === 0 ? {} : { attached: text(JSON.stringify(attached)), here: number(1) }),
    ...expiry(expiresAt),
  };
}

export function toSubscription(item: Item): Subscription {
  const [ackDeadline, maxDeliveries, maxInFlight] = Settings.parse(JSON.parse(textAt(item, 'settings')));
  const next = numberAt(item, 'next');
  const attached = item.attached?.S === undefined ? [] : Attached.parse(JSON.parse(item.attached.S));
  return {
    ...parseShardKey(textAt(item, 'shard')),
    client: textAt(item, 'client') as ClientId,
    version: numberAt(item, 'version'),
    createdAt: numberAt(item, 'createdAt'),
    events: Events.parse(JSON.parse(textAt(item, 'events'))).map(([event, since]) => ({
      event: event as EventName,
      since,
    })),
    next,
    covered: item.covered === undefined ? next : numberAt(item, 'covered'),
    inFlight: item.flights?.S === undefined ? [] : decodeFlights(item.flights.S),
    connections: attached.map(([connection, connectedAt]) => ({ connection: connection as ConnectionId, connectedAt })),
    settings: { ackDeadline, maxDeliveries, maxInFlight },
    expiresAt: expiryOf(item),
  };
}

/** Stores a version over the one before it; the first where there is none, or an expired one. */
export function saveParameters(
  table: string,
  subscription: Subscription,
  now: Time,
  token: string,
): PutItemCommandInput {
  const put = { TableName: table, Item: toItem(subscription, token) };
  if (subscription.version === 1) {
    return {
      ...put,
      ConditionExpression: 'attribute_not_exists(#version) OR #until <= :now',
      ExpressionAttributeNames: { '#version': 'version', '#until': 'until' },
      ExpressionAttributeValues: { ':now': number(now) },
    };
  }
  return {
    ...put,
    ConditionExpression: SAME,
    ...sameAs(subscription, subscription.version - 1),
  };
}

/** Removes one version. It is fine if nothing is there. */
export const removeParameters = (table: string, subscription: Subscription): DeleteItemCommandInput => ({
  TableName: table,
  Key: subscriptionKey(subscription),
  ConditionExpression: `attribute_not_exists(#version) OR (${SAME})`,
  ...sameAs(subscription, subscription.version),
});

/** One version of one subscription: a later subscription at the same key counts from 1 again. */
const SAME = '#version = :version AND #createdAt = :createdAt';

const sameAs = ({ createdAt }: Subscription, version: number) => ({
  ExpressionAttributeNames: { '#version': 'version', '#createdAt': 'createdAt' },
  ExpressionAttributeValues: { ':version': number(version), ':createdAt': number(createdAt) },
});
