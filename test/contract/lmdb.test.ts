import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdb } from '../../adapters/lmdb';
import { describeStores } from './suites';

describeStores('LMDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-contract-'));
  const stores = await openLmdb(join(folder, 'data'));
  return {
    stores,
    close: async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
});
