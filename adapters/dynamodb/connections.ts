import type { Connection } from '../../broker/model/connection';
import type { ClientId, ConnectionId, Time } from '../../broker/model/names';
import type { ConnectionStore } from '../../broker/ports';
import type { Database } from './database';
import { expiry, expiryOf, type Item, isExpired, number, numberAt, text, textAt } from './items';

/*
 * A connection: `connection`, `client`, `connectedAt` and the expiry.
 */

const connectionKey = (connection: ConnectionId): Item => ({ connection: text(connection) });

/** A connection from its item; for who reads the table's stream, too. */
export const toConnection = (item: Item): Connection => ({
  connection: textAt(item, 'connection') as ConnectionId,
  client: textAt(item, 'client') as ClientId,
  connectedAt: numberAt(item, 'connectedAt'),
  expiresAt: expiryOf(item),
});

/** The connections in DynamoDB. The table's stream tells of those that are made and end, also by TTL. */
export class DynamoConnections implements ConnectionStore {
  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async add({ connection, client, connectedAt, expiresAt }: Connection): Promise<void> {
    const content = { client: text(client), connectedAt: number(connectedAt), ...expiry(expiresAt) };
    await this.db.put({ TableName: this.table, Item: { ...connectionKey(connection), ...content } });
  }

  async get(connection: ConnectionId, now: Time): Promise<Connection | undefined> {
    const item = await this.db.get(this.table, connectionKey(connection));
    return item === undefined || isExpired(item, now) ? undefined : toConnection(item);
  }

  async remove(connection: ConnectionId): Promise<void> {
    await this.db.delete({ TableName: this.table, Key: connectionKey(connection) });
  }
}
