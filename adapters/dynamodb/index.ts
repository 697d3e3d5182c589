import type { MessageLog, Stores } from '../../broker/ports';
import type { DatabaseClient } from './client';
import { DynamoClients } from './clients';
import { DynamoConnections } from './connections';
import { Database } from './database';
import { DynamoDeadLetters } from './deadLetters';
import { DynamoKeys } from './keys';
import { DynamoLog } from './log';
import { Numbers } from './numbers';
import { DynamoPendingTimers, type PendingTimers } from './pendingTimers';
import { DynamoQueues } from './queues';
import { RecentLog } from './recentLog';
import { DynamoSubscriptions } from './subscriptions';
import type { LogTables, TableNames } from './tables';

export { type DatabaseClient, dynamodbClient } from './client';
export type { PendingTimers } from './pendingTimers';
export type { LogTables, TableNames } from './tables';

/** The stores in DynamoDB, and the record that its timers need. Made once per process, like the client. */
export function dynamodbStores(
  client: DatabaseClient,
  tables: TableNames,
): Stores & { readonly pendingTimers: PendingTimers } {
  const db = new Database(client);
  return {
    queues: new DynamoQueues(db, tables.queues),
    log: new RecentLog(logIn(db, tables)),
    subscriptions: new DynamoSubscriptions(db, tables.subscriptions),
    connections: new DynamoConnections(db, tables.connections),
    clients: new DynamoClients(db, tables.clients),
    deadLetters: new DynamoDeadLetters(db, tables.deadLetters),
    keys: new DynamoKeys(db, tables.keys),
    pendingTimers: new DynamoPendingTimers(db, tables.timers),
  };
}

/** The log alone, for a process that only publishes. */
export const dynamodbLog = (client: DatabaseClient, tables: LogTables): MessageLog =>
  logIn(new Database(client), tables);

const logIn = (db: Database, { queues, messages }: LogTables) => new DynamoLog(db, messages, new Numbers(db, queues));
