import { DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { meter } from '../../bench/meter';
import { type TestTables, testTables } from '../contract/dynamodb';

/** The rules are those of DynamoDB's developer guide, "Read and write operations" and "Local secondary indexes". */
describe('the meter of capacity', () => {
  let tables: TestTables;
  let client: ReturnType<TestTables['client']>;
  let take: ReturnType<typeof meter>['take'];

  beforeAll(async () => {
    tables = await testTables();
    client = tables.client();
    take = meter(client).take;
  });
  afterAll(() => tables.close());
  beforeEach(() => void take());

  const key = { queue: { S: 'q' }, seq: { N: '1' } };
  const put = (bytes: number, more: object = {}) =>
    client.send(
      new PutItemCommand({
        TableName: tables.tables.messages,
        Item: { ...key, payload: { S: 'x'.repeat(bytes) } },
        ...more,
      }),
    );
  const save = (client_: string, here: boolean) =>
    client.send(
      new PutItemCommand({
        TableName: tables.tables.subscriptions,
        Item: { shard: { S: '0#q' }, client: { S: client_ }, ...(here && { here: { N: '1' } }) },
      }),
    );

  it('counts a write unit for each KB begun, of the larger of before and after', async () => {
    await put(500);
    expect(take()).toEqual({ writes: 1, reads: 0 });
    await put(2_100);
    expect(take()).toEqual({ writes: 3, reads: 0 });
    await put(10);
    expect(take()).toEqual({ writes: 3, reads: 0 });
  });

  it('counts one for a write whose condition fails', async () => {
    await put(10);
    take();
    const refused = put(10, { ConditionExpression: 'attribute_not_exists(seq)' });
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(take()).toEqual({ writes: 1, reads: 0 });
  });

  it('counts a read unit for each 4 KB begun, of all that a query looked at, and one for nothing', async () => {
    await put(4_200);
    take();
    await client.send(new GetItemCommand({ TableName: tables.tables.messages, Key: key, ConsistentRead: true }));
    expect(take()).toEqual({ writes: 0, reads: 2 });
    const query = (queue: string) =>
      new QueryCommand({
        TableName: tables.tables.messages,
        KeyConditionExpression: 'queue = :queue',
        FilterExpression: 'payload = :none',
        ExpressionAttributeValues: { ':queue': { S: queue }, ':none': { S: '' } },
        ConsistentRead: true,
      });
    expect((await client.send(query('q'))).Items).toEqual([]);
    expect(take()).toEqual({ writes: 0, reads: 2 });
    await client.send(query('another'));
    expect(take()).toEqual({ writes: 0, reads: 1 });
  });

  it('counts one more for what enters the index of connected subscriptions, or leaves it', async () => {
    const writes: number[] = [];
    for (const here of [false, true, true, false]) {
      await save('c', here);
      writes.push(take().writes);
    }
    await save('c', true);
    take();
    const Key = { shard: { S: '0#q' }, client: { S: 'c' } };
    await client.send(new DeleteItemCommand({ TableName: tables.tables.subscriptions, Key }));
    expect([...writes, take().writes]).toEqual([1, 2, 1, 2, 2]);
  });
});
