import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type KeySchemaElement,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CONNECTED_INDEX, KEY_INDEX, type KeyPart, TABLE_KEYS, type TableName, type TableNames } from './tables';

/** The parameters of the call that makes a table. */
export function tableParameters(table: TableName, name: string): CreateTableCommandInput {
  const [partition, sort] = TABLE_KEYS[table];
  const parts = sort === undefined ? [partition] : [partition, sort];
  const { sortKey } = CONNECTED_INDEX;
  const { partitionKey } = KEY_INDEX;
  const more: Record<string, readonly KeyPart[]> = { connections: [partitionKey], subscriptions: [sortKey] };
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...parts, ...(more[table] ?? [])].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: schemaOf(parts),
    ...(table === 'connections' && { GlobalSecondaryIndexes: [indexOf(KEY_INDEX.name, [partitionKey])] }),
    ...(table === 'subscriptions' && {
      LocalSecondaryIndexes: [indexOf(CONNECTED_INDEX.name, [partition, sortKey])],
    }),
  };
}

const schemaOf = (parts: readonly KeyPart[]): KeySchemaElement[] =>
  parts.map(([AttributeName], i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' }));

const indexOf = (IndexName: string, parts: readonly KeyPart[]) => ({
  IndexName,
  KeySchema: schemaOf(parts),
  Projection: { ProjectionType: 'KEYS_ONLY' as const },
});

/**
 * Makes the tables in an emulator or a test account, without what only a deployment needs. In a deployment CDK makes
 * them.
 */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  const tables = Object.keys(TABLE_KEYS) as TableName[];
  await Promise.all(
    tables.map(async (table) => {
      await client.send(new CreateTableCommand(tableParameters(table, names[table])));
      await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: names[table] });
    }),
  );
}
