import { parseKey } from '../../adapters/keys';
import type { KeyId } from '../../broker/access';
import { print, printJson, say } from '../output/print';
import { type Keyring, keysOf } from './keyring';

/**
 * Revokes a key.
 *
 * @param text the id of the key, as it is listed, or the whole key.
 * @throws Error if there is no such key.
 */
export async function revoke(text: string, options: Keyring & { readonly json?: boolean }): Promise<void> {
  const key = parseKey(text)?.key ?? (text as KeyId);
  if (!(await (await keysOf(options)).remove(key)))
    throw new Error(say`there is no key ${key}: see holdfast keys list`);
  if (options.json) printJson({ key, revoked: true });
  else print(say`Revoked ${key}. Its connections end within seconds, a minute at most.`);
}
