import type { TableName } from './tables';

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
  /** May arm wake-ups. */
  readonly wakeUps?: true;
  /** What it may do to connections: `POST` pushes a frame, `DELETE` closes. */
  readonly connections?: readonly ('POST' | 'DELETE')[];
}

/** The functions; each is `lambdas/<name>.ts`. */
export type FunctionName = 'connect' | 'disconnect' | 'publish' | 'subscribe' | 'ack' | 'list' | 'default' | 'deliver';

/** What publishing takes, by the route and by those who publish from functions of their own. */
export const publishing = {
  queues: ['GetItem', 'UpdateItem'],
  messages: ['GetItem', 'PutItem', 'UpdateItem', 'Query'],
} as const satisfies TableAccess;

/** Every permission of every function, in one place to read and to review. */
export const permissions: Record<FunctionName, Permissions> = {
  connect: {
    tables: { connections: ['GetItem', 'PutItem'] },
  },
  disconnect: {
    tables: { connections: ['DeleteItem'] },
  },
  default: {
    tables: {},
  },
  publish: {
    tables: { ...publishing, connections: ['GetItem'] },
  },
  subscribe: {
    tables: {
      queues: ['GetItem', 'PutItem', 'UpdateItem'],
      messages: ['GetItem', 'Query'],
      subscriptions: ['GetItem', 'PutItem', 'DeleteItem', 'Query'],
      connections: ['GetItem'],
      clients: ['GetItem', 'UpdateItem', 'DeleteItem'],
      deadLetters: ['GetItem', 'PutItem', 'Query', 'DeleteItem'],
      timers: ['GetItem', 'PutItem'],
    },
    wakeUps: true,
    connections: ['POST'],
  },
  ack: {
    tables: {
      queues: ['GetItem'],
      messages: ['GetItem', 'BatchGetItem', 'Query', 'PutItem'],
      subscriptions: ['GetItem', 'PutItem', 'DeleteItem'],
      connections: ['GetItem'],
      clients: ['GetItem', 'UpdateItem'],
      deadLetters: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem'],
      timers: ['GetItem', 'PutItem'],
    },
    wakeUps: true,
    connections: ['POST'],
  },
  list: {
    tables: {
      queues: ['GetItem', 'BatchGetItem', 'Query', 'Scan'],
      messages: ['GetItem', 'BatchGetItem', 'Query'],
      subscriptions: ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PutItem'],
      connections: ['GetItem', 'BatchGetItem', 'Query', 'Scan'],
      clients: ['GetItem', 'BatchGetItem', 'Query', 'Scan'],
      deadLetters: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'DeleteItem', 'BatchWriteItem'],
    },
    wakeUps: true,
  },
  deliver: {
    tables: {
      queues: ['GetItem', 'UpdateItem'],
      messages: ['GetItem', 'BatchGetItem', 'Query', 'PutItem'],
      subscriptions: ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
      connections: ['GetItem', 'DeleteItem'],
      clients: ['GetItem', 'UpdateItem', 'DeleteItem'],
      deadLetters: ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
      timers: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    },
    wakeUps: true,
    connections: ['POST', 'DELETE'],
  },
};
