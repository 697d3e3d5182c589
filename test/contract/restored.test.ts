import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbStores } from '../../adapters/dynamodb';
import { wakeQueue } from '../../broker';
import { captureOutput } from '../unit/adapters/lambda/output';
import { createWorld, QUEUE, type Wire, type World } from '../unit/usecases/world';
import { type TestTables, testTables } from './dynamodb';

captureOutput();

const document = readFileSync(join(__dirname, '../../docs/restoring.md'), 'utf8');
const said = (name: string) => new RegExp(`update-item[\\s\\S]*?--${name} '(.*)'`).exec(document)?.[1] ?? '';

let tables: TestTables;
let world: World;
let billing: Wire;

const change = (parameters: object) =>
  tables
    .client()
    .send(new UpdateItemCommand({ TableName: tables.tables.queues, Key: { queue: { S: QUEUE } }, ...parameters }));

/** What the document has done to each queue. */
const moveOn = () =>
  change({
    UpdateExpression: said('update-expression'),
    ExpressionAttributeNames: JSON.parse(said('expression-attribute-names')),
    ExpressionAttributeValues: JSON.parse(said('expression-attribute-values')),
  });

/** With the wake-up that the stream makes of it. */
async function publish(id: string): Promise<void> {
  await billing.request({ action: 'publish', queue: QUEUE, event: 'add', id, payload: id });
  await wakeQueue(world.ports, QUEUE);
}

const ids = () =>
  billing
    .take()
    .flatMap((frame) => (frame.type === 'messages' ? frame.messages : []))
    .map(({ id }) => id);

beforeEach(async () => {
  tables = await testTables();
  world = createWorld({ between: () => dynamodbStores(tables.client(), tables.tables) });
  billing = await world.open('billing', 'wire');
  await world.welcome(billing);
  await billing.request({ action: 'subscribe', queue: QUEUE });
  for (const id of ['1', '2', '3']) await publish(id);
  await billing.request({ action: 'ack', queue: QUEUE, seqs: [1, 2, 3] });
  billing.take();
}, 60_000);

afterEach(async () => tables.close());

test('What is published after a restore reaches a subscription that came back ahead of its queue', async () => {
  for (const seq of ['2', '3'])
    await tables
      .client()
      .send(
        new DeleteItemCommand({ TableName: tables.tables.messages, Key: { queue: { S: QUEUE }, seq: { N: seq } } }),
      );
  await change({
    UpdateExpression: 'SET #head = :one',
    ExpressionAttributeNames: { '#head': 'head' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
  });
  await moveOn();
  await publish('new');
  expect(ids()).toEqual(['new']);
  await publish('newer');
  expect(ids()).toEqual(['newer']);
});

test('A subscription that came back behind its queue gets what is there, and is told once of what is not', async () => {
  await billing.request({ action: 'seek', queue: QUEUE, to: { seq: 2 } });
  billing.take();
  await moveOn();
  await publish('new');
  const frames = billing.take();
  expect(frames.filter(({ type }) => type === 'gap')).toHaveLength(1);
  expect(frames.flatMap((frame) => (frame.type === 'messages' ? frame.messages : [])).map(({ id }) => id)).toEqual([
    'new',
  ]);
});
