import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type KeySchemaElement,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CONNECTED_INDEX } from './connectedIndex';
import { BY_KEY } from './connections';
import type { TableNames } from './tables';

type KeyPart = readonly [name: string, type: 'S' | 'N'];

/** The keys of the tables: partition, and sort where there is one. */
export const TABLE_KEYS: Readonly<Record<keyof TableNames, readonly [KeyPart] | readonly [KeyPart, KeyPart]>> = {
  queues: [['queue', 'S']],
  messages: [
    ['queue', 'S'],
    ['seq', 'N'],
  ],
  subscriptions: [
    ['shard', 'S'],
    ['client', 'S'],
  ],
  connections: [['connection', 'S']],
  clients: [['client', 'S']],
  deadLetters: [
    ['owner', 'S'],
    ['seq', 'N'],
  ],
  timers: [['shard', 'S']],
  keys: [['key', 'S']],
};

/** The index of connections by the key of their access: `key`, which not all have, and of each the key of the table. */
const CONNECTIONS_BY_KEY = {
  IndexName: BY_KEY,
  KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'KEYS_ONLY' as const },
};

/** Where TTL removes items: the attribute is `expiresAt`, in seconds. */
export const TABLES_WITH_TTL: readonly (keyof TableNames)[] = [
  'messages',
  'subscriptions',
  'connections',
  'deadLetters',
  'timers',
];

export function tableParameters(table: keyof TableNames, name: string): CreateTableCommandInput {
  const [partition, sort] = TABLE_KEYS[table];
  const parts = sort === undefined ? [partition] : [partition, sort];
  const { name: index, sortKey } = CONNECTED_INDEX;
  const more: Record<string, readonly KeyPart[]> = { connections: [['key', 'S']], subscriptions: [sortKey] };
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...parts, ...(more[table] ?? [])].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: schemaOf(parts),
    ...(table === 'connections' && { GlobalSecondaryIndexes: [CONNECTIONS_BY_KEY] }),
    ...(table === 'subscriptions' && {
      LocalSecondaryIndexes: [
        { IndexName: index, KeySchema: schemaOf([partition, sortKey]), Projection: { ProjectionType: 'KEYS_ONLY' } },
      ],
    }),
  };
}

const schemaOf = (parts: readonly KeyPart[]): KeySchemaElement[] =>
  parts.map(([AttributeName], i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' }));

/** Makes the tables in an emulator or a test account, without what only a deployment needs; there CDK makes them. */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  const tables = Object.keys(TABLE_KEYS) as (keyof TableNames)[];
  await Promise.all(
    tables.map(async (table) => {
      await client.send(new CreateTableCommand(tableParameters(table, names[table])));
      await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: names[table] });
    }),
  );
}
