import { type Command, Option } from 'commander';
import ms from 'ms';
import { duration } from '../../server/duration';
import type { Wanted } from '../keys/create';
import type { Keyring } from '../keys/keyring';
import { examples, gathered, json } from './options';

/** Until a key expires. */
const expiry = duration({ least: 1, most: ms('100y') }, 'at most 100y');

type Listing = Keyring & { readonly json?: boolean };

/** The options that say where keys are kept. */
const kept = (command: Command): Command =>
  command
    .addOption(new Option('--data <folder>', 'the data folder of a server').env('HOLDFAST_DATA').default('.holdfast'))
    .addOption(new Option('--table <name>', 'of a deployment: its output KeysTable').env('HOLDFAST_KEYS_TABLE'))
    .option('--region <region>', 'of that table; else as the AWS SDK finds it')
    .option('--profile <name>', 'credentials for it; else as the AWS SDK finds them')
    .addOption(json());

/** `holdfast keys create|list|revoke`, each loaded when it is called: they need much of the broker. */
export function addKeys(root: Command): void {
  const keys = root
    .command('keys')
    .description('make, list and revoke API keys, of a server or a deployment')
    // It connects to no server, so the options for that do not apply.
    .configureHelp({ showGlobalOptions: false });
  const pattern = (right: string, what: string) => new Option(`--${right} <pattern>`, what).argParser(gathered);
  kept(
    keys
      .command('create')
      .description('make a key, and show it this once')
      .argument('<client>', 'whom it speaks for; with * at the end, whoever begins so')
      .addOption(pattern('publish', 'events it may publish: QUEUE/EVENT, QUEUE/* or *; may be given again'))
      .addOption(pattern('subscribe', 'events it may subscribe to'))
      .addOption(pattern('admin', 'events of which it may see and mend what is others’'))
      .option('--expires <duration>', 'when it ends by itself: 90d', expiry),
  )
    .addHelpText(
      'after',
      examples(
        "holdfast keys create billing --subscribe 'orders/*'",
        "holdfast keys create shop --publish orders/created --publish 'log/*' --expires 90d",
        "holdfast keys create 'worker-*' --subscribe '*' --table Holdfast-Keys… --region eu-central-1",
      ),
    )
    .action(async (client: string, options: Wanted) => (await import('../keys/create')).create(client, options));
  kept(keys.command('list').description('list the keys; none is shown as it is presented'))
    .addHelpText('after', examples('holdfast keys list', 'holdfast keys list --table Holdfast-Keys… --json'))
    .action(async (options: Listing) => (await import('../keys/list')).list(options));
  kept(
    keys
      .command('revoke')
      .description('revoke a key: it lets nobody in, and its connections end')
      .argument('<key>', 'as list shows it, or as it is presented'),
  )
    .addHelpText('after', examples('holdfast keys revoke 0b5e4f6a7c8d9e0f1a2b'))
    .action(async (key: string, options: Listing) => (await import('../keys/revoke')).revoke(key, options));
}
