import type { DeleteItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Client, Connection } from '../../broker/model/connection';
import type { ClientId, ConnectionId, QueueName, Time } from '../../broker/model/names';
import type { NotedSubscription } from '../../broker/model/subscription';
import { type Item, number, numberOr, text, textAt } from './items';

/*
 * A client is one item: `client`; for every connection an attribute `c:ID` = [connectedAt, expiresAt]; for every
 * subscription an attribute `s:QUEUE` = "SHARD CREATED-AT", or the number of the shard alone; and how many of each
 * there are, `connections` and `subscriptions`, counted in the writes that add and remove them, so that limits hold
 * whoever else writes.
 *
 * Separate items at `CLIENT#HOUR` count how many `queues` a client created in an hour.
 *
 * They are attributes of the item, not entries of maps in it: an entry can only be set once its map exists.
 */

const CONNECTION = 'c:';
const SUBSCRIPTION = 's:';

/** The longest key in the table: that of an hour of a client whose id is as long as it may be. */
export const LONGEST_KEY = 160;

export const clientKey = (client: ClientId): Item => ({ client: text(client) });

export const connectionCount = (item: Item): number => numberOr(item, 'connections', 0);
export const subscriptionCount = (item: Item): number => numberOr(item, 'subscriptions', 0);

/** All connections that are noted, expired or not. */
export function connectionsOf(item: Item): Connection[] {
  const client = textAt(item, 'client') as ClientId;
  return Object.entries(item).flatMap(([name, value]) => {
    if (!name.startsWith(CONNECTION)) return [];
    const [connectedAt, expiresAt] = (value.L ?? []).map(({ N }) => Number(N));
    const connection = name.slice(CONNECTION.length) as ConnectionId;
    return [{ connection, client, connectedAt: connectedAt ?? 0, expiresAt: expiresAt ?? 0 }];
  });
}

export function subscriptionsOf(item: Item): NotedSubscription[] {
  const client = textAt(item, 'client') as ClientId;
  return Object.entries(item).flatMap(([name, { S, N }]) => {
    if (!name.startsWith(SUBSCRIPTION)) return [];
    const [shard, createdAt = 0] = (S ?? N ?? '').split(' ').map(Number);
    return [{ client, queue: name.slice(SUBSCRIPTION.length) as QueueName, shard: shard ?? 0, createdAt }];
  });
}

/** What is noted of a subscription. A note of an earlier version has no `createdAt`. */
const toNote = ({ shard, createdAt }: NotedSubscription): Item[string] =>
  createdAt === 0 ? number(shard) : text(`${shard} ${createdAt}`);

/** A client from its item, without the connections that expired. */
export const toClient = (item: Item, now: Time): Client => ({
  client: textAt(item, 'client') as ClientId,
  connections: connectionsOf(item).filter(({ expiresAt }) => expiresAt > now),
  subscriptions: subscriptionsOf(item),
});

const update = (
  table: string,
  client: ClientId,
  rest: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
): UpdateItemCommandInput => ({ TableName: table, Key: clientKey(client), ...rest });

/** A condition on the count `#count`; none where there is no limit, since DynamoDB has no infinity. */
const below = (limit: number): { readonly condition?: string; readonly values: Item } =>
  limit === Number.POSITIVE_INFINITY
    ? { values: {} }
    : { condition: '(attribute_not_exists(#count) OR #count < :limit)', values: { ':limit': number(limit) } };

/** Sets an attribute that is not there, if fewer than `limit` of its kind are. */
const addOne = (table: string, client: ClientId, count: string, name: string, value: Item[string], limit: number) => {
  const { condition, values } = below(limit);
  return update(table, client, {
    UpdateExpression: 'SET #one = :one ADD #count :more',
    ConditionExpression: ['attribute_not_exists(#one)', ...(condition === undefined ? [] : [condition])].join(' AND '),
    ExpressionAttributeNames: { '#one': name, '#count': count },
    ExpressionAttributeValues: { ':one': value, ':more': number(1), ...values },
  });
};

export const addConnectionParameters = (
  table: string,
  connection: Connection,
  limit: number,
): UpdateItemCommandInput => {
  const value = { L: [number(connection.connectedAt), number(connection.expiresAt)] };
  return addOne(table, connection.client, 'connections', CONNECTION + connection.connection, value, limit);
};

export const addSubscriptionParameters = (
  table: string,
  noted: NotedSubscription,
  limit: number,
): UpdateItemCommandInput =>
  addOne(table, noted.client, 'subscriptions', SUBSCRIPTION + noted.queue, toNote(noted), limit);

/** Renews the note of a subscription, only if it is still as it was read. */
export const renoteSubscriptionParameters = (
  table: string,
  before: NotedSubscription,
  after: NotedSubscription,
): UpdateItemCommandInput =>
  update(table, before.client, {
    UpdateExpression: 'SET #one = :after',
    ConditionExpression: '#one = :before',
    ExpressionAttributeNames: { '#one': SUBSCRIPTION + before.queue },
    ExpressionAttributeValues: { ':before': toNote(before), ':after': toNote(after) },
  });

/** Removes connections, only if all are there; returns what is left. */
export const removeConnectionsParameters = (
  table: string,
  client: ClientId,
  connections: readonly ConnectionId[],
): UpdateItemCommandInput => {
  const aliases = connections.map((_, i) => `#one${i}`);
  return update(table, client, {
    UpdateExpression: `REMOVE ${aliases.join(', ')} ADD #count :less`,
    ConditionExpression: aliases.map((alias) => `attribute_exists(${alias})`).join(' AND '),
    ExpressionAttributeNames: {
      '#count': 'connections',
      ...Object.fromEntries(connections.map((connection, i) => [`#one${i}`, CONNECTION + connection])),
    },
    ExpressionAttributeValues: { ':less': number(-connections.length) },
    ReturnValues: 'ALL_NEW',
  });
};

/** Removes the note of a subscription, only if it is exactly this; returns what is left. */
export const removeSubscriptionParameters = (table: string, noted: NotedSubscription): UpdateItemCommandInput =>
  update(table, noted.client, {
    UpdateExpression: 'REMOVE #one ADD #count :less',
    ConditionExpression: '#one = :noted',
    ExpressionAttributeNames: { '#one': SUBSCRIPTION + noted.queue, '#count': 'subscriptions' },
    ExpressionAttributeValues: { ':noted': toNote(noted), ':less': number(-1) },
    ReturnValues: 'ALL_NEW',
  });

/** Removes a client that has nothing. */
export const removeClientParameters = (table: string, client: ClientId): DeleteItemCommandInput => ({
  TableName: table,
  Key: clientKey(client),
  ConditionExpression:
    '(attribute_not_exists(#connections) OR #connections = :none) AND (attribute_not_exists(#subscriptions) OR #subscriptions = :none)',
  ExpressionAttributeNames: { '#connections': 'connections', '#subscriptions': 'subscriptions' },
  ExpressionAttributeValues: { ':none': number(0) },
});

const HOUR_SECONDS = 3_600;

/**
 * Counts one more queue of a client in an hour, if it has created fewer than `limit`. Each hour has an item of its own,
 * which expires. Its key cannot be that of a client, since no client id has a `#`.
 */
export const countQueueParameters = (
  table: string,
  client: ClientId,
  hour: number,
  limit: number,
): UpdateItemCommandInput => {
  const { condition, values } = below(limit);
  return {
    TableName: table,
    Key: { client: text(`${client}#${hour}`) },
    UpdateExpression: 'SET #expiresAt = :end ADD #count :one',
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ExpressionAttributeNames: { '#expiresAt': 'expiresAt', '#count': 'queues' },
    ExpressionAttributeValues: { ':end': number((hour + 1) * HOUR_SECONDS), ':one': number(1), ...values },
  };
};
