import { dynamodbClient } from '../../../../adapters/dynamodb';
import { DynamoClients } from '../../../../adapters/dynamodb/clients';
import { Database } from '../../../../adapters/dynamodb/database';
import { config, serve } from '../service';

it('the list of clients goes on from wherever a scan stopped, also at an hour of a client with the longest of ids', async () => {
  const hour = `${'c'.repeat(128)}#${Math.floor(Date.UTC(9999, 11) / 3_600_000)}`;
  const began: unknown[] = [];
  const service = await serve(({ body }) => {
    began.push(JSON.parse(body).ExclusiveStartKey);
    return { status: 200, body: JSON.stringify({ Items: [], LastEvaluatedKey: { client: { S: hour } } }) };
  });
  const client = dynamodbClient({ ...config, endpoint: service.endpoint });
  try {
    const clients = new DynamoClients(new Database(client), 'clients');
    const { items, cursor = '' } = await clients.list({ limit: 10 }, 0);
    expect(items).toEqual([]);
    began.length = 0;
    await clients.list({ limit: 10, cursor }, 0);
    expect(began[0]).toEqual({ client: { S: hour } });
  } finally {
    client.destroy();
    await service.close();
  }
});
