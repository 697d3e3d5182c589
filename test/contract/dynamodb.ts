import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import dynalite from 'dynalite';
import type { ClientSettings } from '../../adapters/aws/serviceClient';
import { type DatabaseClient, dynamodbClient, type TableNames } from '../../adapters/dynamodb';
import { createTables } from '../../adapters/dynamodb/createTables';
import { fresh } from './suites/samples';

/** Tables of their own, in dynalite or where `DYNAMODB_ENDPOINT` says. */
export interface TestTables {
  readonly tables: TableNames;
  /** Where they are. */
  readonly endpoint: string;
  /** A client of its own, that a test may tamper with; it ends with the tables. */
  client(settings?: Partial<ClientSettings>): DatabaseClient;
  close(): Promise<void>;
}

/** What emulators take. */
const ANY_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/**
 * How long a test waits for an answer, in milliseconds: far longer than a function does. On a busy machine the emulator
 * may take seconds, and an attempt repeated after a time-out takes numbers twice, which leaves a hole.
 */
const PATIENCE_MS = 60_000;

const credentialsAreSet = () => process.env.AWS_ACCESS_KEY_ID !== undefined || process.env.AWS_PROFILE !== undefined;

export async function testTables(): Promise<TestTables> {
  const server = process.env.DYNAMODB_ENDPOINT === undefined ? await startDynalite() : undefined;
  const endpoint = server?.endpoint ?? process.env.DYNAMODB_ENDPOINT ?? '';
  const clients: DatabaseClient[] = [];
  const where = {
    endpoint,
    region: process.env.AWS_REGION ?? 'us-east-1',
    credentials: credentialsAreSet() ? defaultProvider() : ANY_CREDENTIALS,
  };
  const client = (more: Partial<ClientSettings> = {}) => {
    const requestHandler = new NodeHttpHandler({ requestTimeout: PATIENCE_MS });
    const made = dynamodbClient({ ...where, requestHandler, ...more });
    clients.push(made);
    return made;
  };
  const tables = namesWith(fresh('test').replaceAll(' ', '-'));
  const creator = new DynamoDBClient(where);
  await createTables(creator, tables);
  creator.destroy();
  return {
    tables,
    endpoint,
    client,
    close: async () => {
      if (server === undefined) {
        const last = client();
        for (const TableName of Object.values(tables)) await last.send(new DeleteTableCommand({ TableName }));
      }
      for (const one of clients) one.destroy();
      await server?.stop();
    },
  };
}

async function startDynalite() {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { endpoint: `http://127.0.0.1:${port}`, stop };
}

function namesWith(prefix: string): TableNames {
  const name = (table: keyof TableNames) => `${prefix}-${table}`;
  return {
    queues: name('queues'),
    messages: name('messages'),
    subscriptions: name('subscriptions'),
    connections: name('connections'),
    clients: name('clients'),
    deadLetters: name('deadLetters'),
    timers: name('timers'),
    keys: name('keys'),
  };
}
