import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { openLmdb } from '../../adapters/lmdb';
import { describeNames, describeStores, expectApart, fill, type MakeStores, type Names, someNames } from './suites';

const aFolder = () => mkdtemp(join(tmpdir(), 'holdfast-contract-'));

const makeStores: MakeStores = async () => {
  const folder = await aFolder();
  const stores = await openLmdb(join(folder, 'data'));
  return {
    stores,
    close: async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
};

describeStores('LMDB', makeStores);
describeNames('LMDB', makeStores, 20);

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
