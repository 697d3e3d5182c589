import type { TableName } from '../adapters/dynamodb/tables';

/** One call of the DynamoDB API. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem';

/** Which calls may be made on which tables; a table left out may not be touched. */
export type TableAccess = { readonly [Name in TableName]?: readonly TableAction[] };

/** What a function may do, and nothing else. */
export interface Permissions {
  readonly tables: TableAccess;
  /** May ask the index of subscriptions which of them are connected. */
  readonly connected?: true;
  /** May arm wake-ups. */
  readonly wakeUps?: true;
  /** What it may do to connections: `POST` pushes a frame, `DELETE` closes. */
  readonly connections?: readonly ('POST' | 'DELETE')[];
  /** May look up the connections of an API key. */
  readonly connectionsByKey?: true;
}

/** The functions that every deployment has; each is `lambdas/<name>.ts`. */
export type CommonFunction =
  | 'connect'
  | 'disconnect'
  | 'publish'
  | 'subscribe'
  | 'ack'
  | 'list'
  | 'default'
  | 'deliver';

/** The functions that check credentials, tokens or keys, as was chosen; none without access control. */
export type AccessFunction = 'authorizeJwt' | 'authorizeKeys' | 'authenticateJwt' | 'authenticateKeys';

export type FunctionName = CommonFunction | AccessFunction;

/** What publishing needs, by the route or from functions of your own. */
export const publishing = {
  queues: ['UpdateItem'],
  messages: ['GetItem', 'BatchGetItem', 'PutItem'],
} as const satisfies TableAccess;

/** The permissions of the functions that every deployment has. */
export const commonPermissions: Record<CommonFunction, Permissions> = {
  connect: {
    tables: { connections: ['PutItem'] },
  },
  disconnect: {
    tables: { connections: ['DeleteItem'] },
  },
  default: {
    tables: {},
  },
  publish: {
    tables: {
      ...publishing,
      queues: [...publishing.queues, 'GetItem'],
      connections: ['GetItem'],
      clients: ['UpdateItem'],
    },
  },
  subscribe: {
    tables: {
      queues: ['GetItem', 'UpdateItem'],
      messages: ['BatchGetItem', 'Query'],
      subscriptions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'],
      connections: ['GetItem'],
      clients: ['GetItem', 'UpdateItem', 'DeleteItem'],
      deadLetters: ['BatchGetItem'],
    },
    wakeUps: true,
  },
  ack: {
    tables: {
      queues: ['GetItem', 'BatchGetItem'],
      messages: ['BatchGetItem', 'Query', 'PutItem'],
      subscriptions: ['GetItem', 'PutItem'],
      connections: ['GetItem', 'DeleteItem'],
      clients: ['GetItem', 'UpdateItem', 'DeleteItem'],
      deadLetters: ['BatchGetItem', 'PutItem', 'BatchWriteItem'],
      timers: ['GetItem', 'UpdateItem'],
    },
    wakeUps: true,
    connections: ['POST', 'DELETE'],
  },
  list: {
    tables: {
      queues: ['GetItem', 'BatchGetItem', 'Scan'],
      messages: ['BatchGetItem'],
      subscriptions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem'],
      connections: ['GetItem'],
      clients: ['GetItem', 'Scan'],
      deadLetters: ['BatchGetItem', 'Query', 'BatchWriteItem'],
    },
    wakeUps: true,
  },
  deliver: {
    tables: {
      queues: ['GetItem', 'BatchGetItem', 'UpdateItem'],
      messages: ['BatchGetItem', 'Query', 'PutItem'],
      subscriptions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'],
      connections: ['GetItem', 'DeleteItem'],
      clients: ['GetItem', 'UpdateItem', 'DeleteItem'],
      deadLetters: ['BatchGetItem', 'PutItem', 'BatchWriteItem'],
      timers: ['GetItem', 'UpdateItem'],
      keys: ['GetItem'],
    },
    connectionsByKey: true,
    connected: true,
    wakeUps: true,
    connections: ['POST', 'DELETE'],
  },
};

/** The permissions of the functions that check credentials. */
const accessPermissions: Record<AccessFunction, Permissions> = {
  authorizeJwt: {
    tables: {},
  },
  authorizeKeys: {
    tables: { keys: ['GetItem'] },
  },
  authenticateJwt: {
    tables: { connections: ['GetItem', 'UpdateItem'] },
    wakeUps: true,
  },
  authenticateKeys: {
    tables: { connections: ['GetItem', 'UpdateItem'], keys: ['GetItem'] },
    wakeUps: true,
  },
};

/** Every permission of every function, in one place to read and to review. */
export const permissions: Record<FunctionName, Permissions> = { ...commonPermissions, ...accessPermissions };
