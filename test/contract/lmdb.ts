import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdb } from '../../adapters/lmdb';
import type { OpenedStores } from './suites';

/** An empty folder; to be removed by whoever asked for it. */
export const aFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'holdfast-contract-'));

/** Stores in a folder of their own. */
export async function lmdbStores(): Promise<OpenedStores> {
  const folder = await aFolder();
  const stores = await openLmdb(join(folder, 'data'));
  return {
    stores,
    close: async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
}
