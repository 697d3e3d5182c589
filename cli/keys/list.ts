import { RIGHTS, statedGrants } from '../../broker/access';
import type { Key } from '../../broker/ports';
import { fromNow } from '../output/moments';
import { printJson, printList } from '../output/print';
import type { Column } from '../output/table';
import { type Keyring, keysOf } from './keyring';
import { isoTime, told } from './told';

const COLUMNS: readonly Column<Key>[] = [
  { title: 'KEY', of: ({ key }) => key },
  { title: 'CLIENT', of: ({ client }) => client, paint: (text, _, { bold }) => bold(text) },
  ...RIGHTS.map(
    (right): Column<Key> => ({ title: right.toUpperCase(), of: (key) => statedGrants(key.grants)[right].join(' ') }),
  ),
  { title: 'MADE', of: (key) => isoTime(key.createdAt), shown: (key) => fromNow(isoTime(key.createdAt), Date.now()) },
  { title: 'EXPIRES', of: ({ expiresAt }) => (expiresAt === undefined ? 'never' : isoTime(expiresAt)) },
];

/** Prints all keys, without their secrets. */
export async function list(options: Keyring & { readonly json?: boolean }): Promise<void> {
  const all = await (await keysOf(options)).list();
  if (options.json) for (const key of all) printJson(told(key));
  else printList(all, COLUMNS, { none: 'There are no keys.' });
}
