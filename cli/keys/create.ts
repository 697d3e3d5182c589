import { newKey } from '../../adapters/keys';
import { type ClientPattern, clientPattern, type Grants, grantsSchema, RIGHTS, type Right } from '../../broker/access';
import type { Key } from '../../broker/ports';
import { Misuse } from '../exitCode';
import { note, print, printJson, say } from '../output/print';
import { type Keyring, keysOf } from './keyring';
import { told } from './told';

/** The options of a new key: patterns for each right, and milliseconds until it expires. */
export type Wanted = Keyring & { readonly [right in Right]?: readonly string[] } & {
  readonly expires?: number;
  readonly json?: boolean;
};

/**
 * Makes a key, and prints it.
 *
 * @throws Misuse if the client or a grant is not valid.
 */
export async function create(client: string, options: Wanted): Promise<void> {
  const [speaksFor, grants] = [clientOf(client), grantsOf(options)];
  const made = newKey();
  const createdAt = Date.now();
  const expires = options.expires === undefined ? {} : { expiresAt: createdAt + options.expires };
  const key: Key = { key: made.key, hash: made.hash, client: speaksFor, grants, createdAt, ...expires };
  await (await keysOf(options)).add(key);
  if (options.json) return void printJson({ ...told(key), token: made.text });
  note(say`The key ${made.key} of ${client}. It is shown this once; holdfast keys revoke ${made.key} takes it back.`);
  print(made.text);
}

function clientOf(text: string): ClientPattern {
  const parsed = clientPattern.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Misuse(`the client ${parsed.error.issues[0]?.message}`);
}

function grantsOf(options: Wanted): Grants {
  if (RIGHTS.every((right) => options[right] === undefined))
    throw new Misuse('a key that grants nothing is of no use: add --publish, --subscribe or --admin');
  const { publish, subscribe, admin } = options;
  const parsed = grantsSchema.safeParse({ publish, subscribe, admin });
  if (parsed.success) return parsed.data;
  throw new Misuse(parsed.error.issues[0]?.message ?? 'the grants are not valid');
}
