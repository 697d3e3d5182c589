/** The environment variable that tells a function what each table is called in its deployment. */
export const TABLE_VARIABLES = {
  queues: 'HOLDFAST_QUEUES_TABLE',
  messages: 'HOLDFAST_MESSAGES_TABLE',
  subscriptions: 'HOLDFAST_SUBSCRIPTIONS_TABLE',
  connections: 'HOLDFAST_CONNECTIONS_TABLE',
  clients: 'HOLDFAST_CLIENTS_TABLE',
  deadLetters: 'HOLDFAST_DEAD_LETTERS_TABLE',
  timers: 'HOLDFAST_TIMERS_TABLE',
  keys: 'HOLDFAST_KEYS_TABLE',
} as const;

/** The tables. */
export type TableName = keyof typeof TABLE_VARIABLES;

/** What the tables are called. */
export type TableNames = Readonly<Record<TableName, string>>;

/** What the tables of the log are called: all that publishing takes. */
export type LogTables = Pick<TableNames, 'queues' | 'messages'>;

export type KeyPart = readonly [name: string, type: 'S' | 'N'];

/** The keys of the tables: partition, and sort where there is one. */
export const TABLE_KEYS: Readonly<Record<TableName, readonly [KeyPart] | readonly [KeyPart, KeyPart]>> = {
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

/**
 * The index of the subscriptions that have connections: keys only, sorted by an attribute that those alone have. A
 * local one, because that can be read consistently, and is not written to as long as the attribute stays as it is.
 */
export const CONNECTED_INDEX = { name: 'connected', sortKey: ['here', 'N'] } as const;

/** The index of connections by API key: keys only. Connections without a key are not in it. */
export const KEY_INDEX = { name: 'byKey', partitionKey: ['key', 'S'] } as const;
