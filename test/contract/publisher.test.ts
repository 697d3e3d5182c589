import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { dynamodbStores } from '../../adapters/dynamodb';
import { deliverHandler } from '../../adapters/lambda/deliverHandler';
import { publishing } from '../../lib/permissions';
import { isRetryable, publisher, ServerFault, Unavailable } from '../../publisher';
import { captureOutput } from '../unit/adapters/lambda/output';
import { createWorld, QUEUE } from '../unit/usecases/world';
import { type TestTables, testTables } from './dynamodb';
import { faultyEndpoint } from './faultyEndpoint';

captureOutput();

const before = { ...process.env };
let tables: TestTables;
let environment: Record<string, string>;

beforeAll(async () => {
  tables = await testTables();
  // What `publisherEnvironment` says, and what Lambda adds to it.
  environment = {
    HOLDFAST_QUEUES_TABLE: tables.tables.queues,
    HOLDFAST_MESSAGES_TABLE: tables.tables.messages,
    HOLDFAST_MESSAGE_RETENTION: '3600',
    HOLDFAST_AWS_DOMAIN: 'amazonaws.com',
    AWS_LAMBDA_FUNCTION_NAME: 'checkout',
  };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: before.AWS_ACCESS_KEY_ID ?? 'test',
    AWS_SECRET_ACCESS_KEY: before.AWS_SECRET_ACCESS_KEY ?? 'test',
  });
});

afterAll(async () => {
  process.env = before;
  await tables.close();
});

/** The items of the table of messages, in the order of their numbers. */
async function items() {
  const { Items = [] } = await tables.client().send(new ScanCommand({ TableName: tables.tables.messages }));
  return Items.filter((item) => item.event !== undefined).sort((a, b) => Number(a.seq?.N) - Number(b.seq?.N));
}

test('A message published without a connection is stored as one that came by a connection, and delivered by the stream', async () => {
  const world = createWorld({ between: () => dynamodbStores(tables.client(), tables.tables) });
  const billing = await world.open('billing', 'wire');
  await world.welcome(billing);
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await billing.request({ action: 'publish', queue: QUEUE, event: 'add', payload: { id: 6 } });
  const { publish } = publisher(environment);
  const published = await publish(QUEUE, 'add', { id: 7 }, { headers: { trace: 'abc' } });
  expect(published).toEqual({ seq: 2, id: expect.any(String), duplicate: false });
  billing.take();
  const [connected = {}, direct = {}] = await items();
  expect(Object.keys(direct).sort()).toEqual(Object.keys(connected).sort());
  const { queue, seq } = direct;
  const record = { eventID: '2', eventName: 'INSERT', dynamodb: { Keys: { queue, seq }, NewImage: direct } };
  const handler = deliverHandler(
    () => world.ports,
    () => ({ soon: async () => undefined }),
  );
  await handler({ Records: [record as DynamoDBRecord] });
  const [frame] = billing.take().filter(({ type }) => type === 'messages');
  expect(frame).toMatchObject({
    messages: [
      { seq: 1, payload: { id: 6 }, publisher: 'billing' },
      { seq: 2, payload: { id: 7 }, headers: { trace: 'abc' }, publisher: 'checkout' },
    ],
  });
});

test('A message is stored once for its id, however often and by whomever it is published', async () => {
  const first = await publisher(environment).publish('once', 'add', 1, { id: 'order-7' });
  expect(first).toEqual({ seq: 1, id: 'order-7', duplicate: false });
  const another = publisher(environment, { clientId: 'another' });
  expect(await another.publish('once', 'add', 1, { id: 'order-7' })).toEqual({ ...first, duplicate: true });
  expect(await another.publish('once', 'add', 1)).toMatchObject({ seq: 2, duplicate: false });
});

test('A message expires when its deployment lets messages expire', async () => {
  const now = Date.now();
  await publisher(environment).publish('kept', 'add', 1);
  const [item] = (await items()).filter(({ queue }) => queue?.S === 'kept');
  expect(Number(item?.expiresAt?.N) * 1_000 - now).toBeGreaterThanOrEqual(3_600_000);
  expect(Number(item?.expiresAt?.N) * 1_000 - now).toBeLessThan(3_700_000);
});

test.each([
  ['a queue without a name', () => ['', 'add', 1] as const, 'invalid', 'queue'],
  ['an event that stands for all', () => ['orders', '*', 1] as const, 'invalid', 'event'],
  ['a payload that is no JSON', () => ['orders', 'add', 7n] as const, 'invalid', 'payload'],
])('%s is refused with what is wrong, and nothing is stored', async (_what, message, code, field) => {
  const [queue, event, payload] = message();
  await expect(publisher(environment).publish(queue, event, payload)).rejects.toMatchObject({ code, field });
});

test('A message that is too large is refused as it would be by a connection', async () => {
  const large = publisher(environment).publish('orders', 'add', 'x'.repeat(30_001));
  await expect(large).rejects.toMatchObject({ name: 'TooLarge', code: 'too_large' });
});

test('A failure says whether to try again, and what caused it', async () => {
  const lost = publisher({ ...environment, HOLDFAST_MESSAGES_TABLE: 'of-nobody' });
  const failure: unknown = await lost.publish('orders', 'add', 1).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServerFault);
  expect(failure).toMatchObject({ cause: { name: 'ResourceNotFoundException' } });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:9';
  const down = publisher(environment);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = tables.endpoint;
  const unavailable: unknown = await down.publish('orders', 'add', 1, { id: 'a' }).catch((error: unknown) => error);
  expect(unavailable).toBeInstanceOf(Unavailable);
  expect(isRetryable(unavailable)).toBe(true);
});

test('Publishing takes the calls that grantPublish allows on each table, and no others', async () => {
  const calls = new Set<string>();
  const lossy = await faultyEndpoint(tables.endpoint);
  lossy.treat(({ operation, tables: asked, before: earlier }) => {
    for (const table of asked) calls.add(`${operation} ${table}`);
    // Lost on its way back, so that it is looked up what became of it.
    return operation === 'PutItem' && earlier === 0 ? 'cut after' : 'served';
  });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = lossy.endpoint;
  expect(await publisher(environment).publish('lossy', 'add', 1, { id: 'a' })).toMatchObject({ seq: 1 });
  process.env.AWS_ENDPOINT_URL_DYNAMODB = tables.endpoint;
  await lossy.close();
  const granted = (['queues', 'messages'] as const).flatMap((name) =>
    publishing[name].map((operation) => `${operation} ${tables.tables[name]}`),
  );
  expect([...calls].sort()).toEqual(granted.sort());
});

test('A publisher without its environment, or by nobody, is told what is missing', () => {
  const { HOLDFAST_MESSAGES_TABLE: _, ...half } = environment;
  expect(() => publisher(half)).toThrow('the environment variable HOLDFAST_MESSAGES_TABLE is missing');
  expect(() => publisher(environment, { clientId: 'no client' })).toThrow('clientId must be 1 to 128 characters');
});
