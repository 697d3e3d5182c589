import { type Access, formatGrants, type KeyId, parseGrants } from '../../broker/access';
import type { Connection } from '../../broker/model/connection';
import type { ClientId, ConnectionId, Time } from '../../broker/model/names';
import type { ConnectionStore } from '../../broker/ports';
import type { Database } from './database';
import { expiry, expiryOf, type Item, isExpired, number, numberAt, text, textAt } from './items';
import { KEY_INDEX } from './tables';

/*
 * A connection: `connection`, `client`, `connectedAt` and the expiry; and where there is access control, `grants` as
 * JSON, `accessUntil` if its credential expires, and `key` if its credential is a key. An index by `key` has the
 * connections that have one.
 */

const connectionKey = (connection: ConnectionId): Item => ({ connection: text(connection) });

const accessItem = ({ grants, expiresAt, key }: Access): Item => ({
  grants: text(formatGrants(grants)),
  ...(expiresAt === undefined ? {} : { accessUntil: number(expiresAt) }),
  ...(key === undefined ? {} : { key: text(key) }),
});

function accessOf(item: Item): { access?: Access } {
  if (item.grants === undefined) return {};
  return {
    access: {
      grants: parseGrants(textAt(item, 'grants')),
      ...(item.accessUntil === undefined ? {} : { expiresAt: numberAt(item, 'accessUntil') }),
      ...(item.key === undefined ? {} : { key: textAt(item, 'key') as KeyId }),
    },
  };
}

const toConnection = (item: Item): Connection => ({
  connection: textAt(item, 'connection') as ConnectionId,
  client: textAt(item, 'client') as ClientId,
  connectedAt: numberAt(item, 'connectedAt'),
  expiresAt: expiryOf(item),
  ...accessOf(item),
});

/** The connections in DynamoDB. The table's stream reports new connections and those that end, also by TTL. */
export class DynamoConnections implements ConnectionStore {
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async add({ connection, client, connectedAt, expiresAt, access }: Connection): Promise<void> {
    const content = { client: text(client), connectedAt: number(connectedAt), ...expiry(expiresAt) };
    const Item = { ...connectionKey(connection), ...content, ...(access && accessItem(access)) };
    await this.db.put({ TableName: this.table, Item });
  }

  async get(connection: ConnectionId, now: Time): Promise<Connection | undefined> {
    const item = await this.db.get(this.table, connectionKey(connection));
    return item === undefined || isExpired(item, now) ? undefined : toConnection(item);
  }

  async renew(connection: ConnectionId, access: Access): Promise<boolean> {
    const item = accessItem(access);
    const names = ['grants', 'accessUntil', 'key'];
    const set = names.filter((name) => item[name] !== undefined).map((name) => `#${name} = :${name}`);
    const remove = names.filter((name) => item[name] === undefined).map((name) => `#${name}`);
    const { done } = await this.db.update({
      TableName: this.table,
      Key: connectionKey(connection),
      UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ConditionExpression: 'attribute_exists(#connection)',
      ExpressionAttributeNames: {
        '#connection': 'connection',
        ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: Object.fromEntries(Object.entries(item).map(([name, value]) => [`:${name}`, value])),
    });
    return done;
  }

  async ofKey(key: KeyId): Promise<readonly ConnectionId[]> {
    const connections: ConnectionId[] = [];
    const pages = this.db.query({
      TableName: this.table,
      IndexName: KEY_INDEX.name,
      ConsistentRead: false,
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: { ':key': text(key) },
    });
    for await (const { Items = [] } of pages) connections.push(...Items.map(toConnectionId));
    return connections;
  }

  async remove(connection: ConnectionId): Promise<void> {
    await this.db.delete({ TableName: this.table, Key: connectionKey(connection) });
  }
}

const toConnectionId = (item: Item): ConnectionId => textAt(item, 'connection') as ConnectionId;
