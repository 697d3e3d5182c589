import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { FileKeys } from '../../adapters/keys';
import { KEYS, mayBeDataFolder } from '../../adapters/lmdb/folderNames';
import type { KeyStore } from '../../broker/ports';
import { Misuse } from '../exitCode';
import { note, say } from '../output/print';

/** Where API keys are kept: in the data folder of a server on this machine, or in the table of a deployment. */
export interface Keyring {
  readonly data: string;
  readonly table?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Opens the keys of a server, which may be running, or of a deployment. */
export async function keysOf({ data, table, region, profile }: Keyring): Promise<KeyStore> {
  if (table === undefined) {
    if (region !== undefined || profile !== undefined)
      throw new Misuse('--region and --profile are for a deployment: name its table of keys with --table');
    await expectDataFolder(data);
    return new FileKeys(join(data, KEYS), (what) => note(say`${what}`));
  }
  // Loaded only here: the SDK is large.
  const { keysInTable } = await import('./inTable');
  return keysInTable(table, { ...(region && { region }), ...(profile && { profile }) });
}

/** Refuses a mistyped folder, whose keys no server would ever read. */
async function expectDataFolder(data: string): Promise<void> {
  const names: string[] = await fs.readdir(data).catch(() => []);
  if (!mayBeDataFolder(names))
    throw new Misuse(`${data} is not a Holdfast data folder, and holds other files: name the server's with --data`);
}
