import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { dynamodbStores } from '../../adapters/dynamodb';
import { openLmdb } from '../../adapters/lmdb';
import { memoryStores } from '../../adapters/memory';
import { type TestTables, testTables } from './dynamodb';
import { aFolder, lmdbStores } from './lmdb';
import { describeNames, expectApart, fill, type Names, someNames } from './suites';

let tables: Promise<TestTables> | undefined;

afterAll(async () => (await tables)?.close(), 60_000);

describeNames('memory', async () => ({ stores: memoryStores(), close: async () => {} }), 300);
describeNames('LMDB', lmdbStores, 50);
describeNames(
  'DynamoDB',
  async () => {
    tables ??= testTables();
    const { tables: names, client } = await tables;
    return { stores: dynamodbStores(client(), names), close: async () => {} };
  },
  15,
);

it('names in LMDB are kept apart on disk too', async () => {
  const folder = await aFolder();
  const all: Names[] = fc.sample(someNames(), 50);
  const stores = await openLmdb(join(folder, 'data'));
  for (const names of all) await fill(stores, names);
  await stores.close();
  const reopened = await openLmdb(join(folder, 'data'));
  for (const names of all) await expectApart(reopened, names, false);
  await reopened.close();
  await rm(folder, { recursive: true });
}, 60_000);
