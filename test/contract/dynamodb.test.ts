import { dynamodbStores } from '../../adapters/dynamodb';
import { type TestTables, testTables } from './dynamodb';
import { describeStores, type MakeStores } from './suites';

let tables: Promise<TestTables> | undefined;

afterAll(async () => (await tables)?.close(), 60_000);

const makeStores: MakeStores = async () => {
  tables ??= testTables();
  const { tables: names, client } = await tables;
  return { stores: dynamodbStores(client(), names), close: async () => {} };
};

describeStores('DynamoDB', makeStores);
