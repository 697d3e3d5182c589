import { type Command, InvalidArgumentError, Option } from 'commander';
import ms from 'ms';
import { newKey, parseKey } from '../../adapters/keys';
import {
  type ClientPattern,
  clientPattern,
  type Grants,
  grantsSchema,
  type KeyId,
  RIGHTS,
  statedGrants,
} from '../../broker/access';
import type { Key } from '../../broker/ports';
import { Misuse } from '../exitCode';
import { type Keyring, keysOf } from '../keys';
import { fromNow } from '../output/moments';
import { note, print, printJson, printList, say } from '../output/print';
import type { Column } from '../output/table';
import { examples, gathered, json } from './options';

type Create = Keyring & { readonly expires?: number; readonly json?: boolean } & {
  readonly [right in (typeof RIGHTS)[number]]?: readonly string[];
};

const COLUMNS: readonly Column<Key>[] = [
  { title: 'KEY', of: ({ key }) => key },
  { title: 'CLIENT', of: ({ client }) => client, paint: (text, _, { bold }) => bold(text) },
  ...RIGHTS.map(
    (right): Column<Key> => ({ title: right.toUpperCase(), of: (key) => statedGrants(key.grants)[right].join(' ') }),
  ),
  { title: 'MADE', of: (key) => isoTime(key.createdAt), shown: (key) => fromNow(isoTime(key.createdAt), Date.now()) },
  { title: 'EXPIRES', of: ({ expiresAt }) => (expiresAt === undefined ? 'never' : isoTime(expiresAt)) },
];

const isoTime = (time: number): string => new Date(time).toISOString();

/** A key for programs: without its hash. */
const told = ({ key, client, grants, createdAt, expiresAt }: Key) => ({
  key,
  client,
  grants: statedGrants(grants),
  createdAt: isoTime(createdAt),
  ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }),
});

/** The options that say where keys are kept. */
const kept = (command: Command): Command =>
  command
    .addOption(new Option('--data <folder>', 'the data folder of a server').env('HOLDFAST_DATA').default('.holdfast'))
    .addOption(new Option('--table <name>', 'of a deployment: its output KeysTable').env('HOLDFAST_KEYS_TABLE'))
    .option('--region <region>', 'of that table; else as the AWS SDK finds it')
    .option('--profile <name>', 'credentials for it; else as the AWS SDK finds them')
    .addOption(json());

/** `holdfast keys create|list|revoke` */
export function addKeys(root: Command): void {
  const keys = root.command('keys').description('make, list and revoke API keys, of a server or a deployment');
  const pattern = (right: string, what: string) => new Option(`--${right} <pattern>`, what).argParser(gathered);
  kept(
    keys
      .command('create')
      .description('make a key, and show it this once')
      .argument('<client>', 'whom it speaks for; with * at the end, whoever begins so')
      .addOption(pattern('publish', 'events it may publish: QUEUE/EVENT, QUEUE/* or *; may be given again'))
      .addOption(pattern('subscribe', 'events it may subscribe to'))
      .addOption(pattern('admin', 'events of which it may see and mend what is others’'))
      .option('--expires <duration>', 'when it ends by itself: 90d', duration),
  )
    .addHelpText(
      'after',
      examples(
        "holdfast keys create billing --subscribe 'orders/*'",
        "holdfast keys create shop --publish orders/created --publish 'log/*' --expires 90d",
        "holdfast keys create 'worker-*' --subscribe '*' --table Holdfast-Keys… --region eu-central-1",
      ),
    )
    .action(async (client: string, options: Create) => create(clientOf(client), grantsOf(options), options));
  kept(keys.command('list').description('list the keys; none is shown as it is presented'))
    .addHelpText('after', examples('holdfast keys list', 'holdfast keys list --table Holdfast-Keys… --json'))
    .action(async (options: Keyring & { json?: boolean }) => {
      const all = await (await keysOf(options)).list();
      if (options.json) for (const key of all) printJson(told(key));
      else printList(all, COLUMNS, { none: 'There are no keys.' });
    });
  kept(
    keys
      .command('revoke')
      .description('revoke a key: it lets nobody in, and its connections end')
      .argument('<key>', 'as list shows it, or as it is presented'),
  )
    .addHelpText('after', examples('holdfast keys revoke 0b5e4f6a7c8d9e0f1a2b'))
    .action(async (text: string, options: Keyring & { json?: boolean }) => {
      const key = parseKey(text)?.key ?? (text as KeyId);
      if (!(await (await keysOf(options)).remove(key)))
        throw new Error(say`there is no key ${key}: see holdfast keys list`);
      if (options.json) printJson({ key, revoked: true });
      else print(say`Revoked ${key}. Its connections end within a minute.`);
    });
}

function duration(text: string): number {
  const value = /^\d+(\.\d+)?\s?[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : undefined;
  if (value === undefined || !(value > 0)) throw new InvalidArgumentError('It must be a duration such as 36h or 90d.');
  return value;
}

function clientOf(text: string): ClientPattern {
  const parsed = clientPattern.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Misuse(`the client ${parsed.error.issues[0]?.message}`);
}

function grantsOf(options: Create): Grants {
  if (RIGHTS.every((right) => options[right] === undefined))
    throw new Misuse('a key that grants nothing is of no use: add --publish, --subscribe or --admin');
  const { publish, subscribe, admin } = options;
  const parsed = grantsSchema.safeParse({ publish, subscribe, admin });
  if (parsed.success) return parsed.data;
  throw new Misuse(parsed.error.issues[0]?.message ?? 'the grants are not valid');
}

async function create(client: ClientPattern, grants: Grants, options: Create): Promise<void> {
  const made = newKey();
  const createdAt = Date.now();
  const expires = options.expires === undefined ? {} : { expiresAt: createdAt + options.expires };
  const key: Key = { key: made.key, hash: made.hash, client, grants, createdAt, ...expires };
  await (await keysOf(options)).add(key);
  if (options.json) return void printJson({ ...told(key), token: made.text });
  note(say`The key ${made.key} of ${client}. It is shown this once; holdfast keys revoke ${made.key} takes it back.`);
  print(made.text);
}
