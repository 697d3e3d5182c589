import { Command, InvalidArgumentError, Option } from 'commander';
import { CLIENT_ID, CLIENT_ID_RULE } from '../broker/model/names';
import { version } from '../package.json';
import { inOneLine } from '../server/inOneLine';
import { COMMANDS } from './commands';
import { whole } from './commands/options';
import { visible } from './visible';

const DESCRIPTION = `Holdfast, a durable message queue over WebSocket: runs a server on this machine, and talks to one here or in AWS.`;

const AFTER = `
Exit codes: 0 done; 1 failed or refused; 2 misused; 3 no server reached; 4 not permitted; 130 cut off by Ctrl-C.

Examples:
  holdfast serve
  holdfast publish orders created '{"id":7}'
  holdfast --client billing subscribe orders created
  HOLDFAST_URL=wss://… HOLDFAST_TOKEN=… holdfast top`;

/** The options that say where to connect, and as whom. Every command has them, before or after its name. */
export interface Target {
  readonly url: string;
  readonly token?: string;
  readonly client?: string;
  /** Seconds. */
  readonly timeout: number;
}

// Refuses it here: the server would refuse the connection without an explanation.
function clientId(text: string): string {
  if (!CLIENT_ID.test(text)) throw new InvalidArgumentError(`It must be ${CLIENT_ID_RULE}`);
  return text;
}

/** The unknown command that help was asked for, if that is why the general help is printed. */
const noSuchCommand = ([first, name = '']: readonly string[]): string =>
  first === 'help' && name !== '' ? `error: there is no command ${visible(name)}\n` : '';

/** The command tree. Errors of parsing are printed on standard error and thrown as CommanderError. */
export function program(): Command {
  const root = new Command('holdfast')
    .description(DESCRIPTION)
    .version(version, '-V, --version', 'print the version')
    .addOption(
      new Option('--url <url>', 'the server: ws://… or wss://…').env('HOLDFAST_URL').default('ws://127.0.0.1:8080'),
    )
    .addOption(new Option('--token <token>', 'who you are, where the server asks').env('HOLDFAST_TOKEN'))
    .addOption(
      new Option('--client <id>', 'the client to be; without it, one that is forgotten when it leaves')
        .env('HOLDFAST_CLIENT')
        .argParser(clientId),
    )
    .addOption(
      new Option('--timeout <seconds>', 'how long to try to connect, and to wait for an answer')
        .default(5)
        .argParser(whole(1, 3600)),
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('before', ({ error, command }) => (error ? noSuchCommand(command.args) : ''))
    .addHelpText('after', AFTER)
    .configureOutput(inOneLine)
    .allowExcessArguments(false)
    .exitOverride();
  for (const add of COMMANDS) add(root);
  return root;
}
