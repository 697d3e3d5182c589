import { Command, InvalidArgumentError, Option } from 'commander';
import type { Durability } from '../adapters/lmdb';
import {
  DEFAULT_SETTINGS,
  isOriginPattern,
  LOOPBACK_ORIGIN,
  parseQuotas,
  type Quotas,
  SETTING_BOUNDS,
} from '../broker';
import { type AuthOptions, addAuthOptions, conflictOf } from './authOptions';
import { duration } from './duration';
import { inOneLine } from './inOneLine';

/** How the single-machine server runs. */
export interface ServerOptions extends AuthOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** The address to listen on, or a name of one. Other machines can connect unless it is a loopback address. */
  readonly host: string;
  /** The data folder, relative to the working directory; made if it is not there. One process uses it at a time. */
  readonly data: string;
  readonly durability: Durability;
  /** Milliseconds. */
  readonly retention: number;
  /** Milliseconds. */
  readonly deadLetterRetention: number;
  /** Milliseconds; Infinity: never. */
  readonly subscriptionExpiry: number;
  /** Quotas that differ from the defaults. */
  readonly quotas: Partial<Quotas>;
  /** Which pages may connect: see `admitsOrigin`. */
  readonly origins: readonly string[];
  /** The least that is logged: `debug`, `info`, `warn`, `error`, or `silent`. */
  readonly logLevel: string;
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 (any that is free) to 65535.');
  return Number(text);
}

function notEmpty(text: string): string {
  // An empty host would be every address of this machine.
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

const retention = duration(SETTING_BOUNDS.messageRetention, 'from 1h to 365d');
const deadLetterRetention = duration(SETTING_BOUNDS.deadLetterRetention, 'from 1h to 365d');
const expiry = duration(SETTING_BOUNDS.subscriptionExpiry, 'at least 1d, or never');

function origins(text: string): string[] {
  const all = text.split(',').map((one) => one.trim());
  if (!all.every(isOriginPattern))
    throw new InvalidArgumentError(
      `It must be ${LOOPBACK_ORIGIN}, * or origins such as https://app.example.com, with commas between.`,
    );
  return all;
}

function quotas(text: string): Partial<Quotas> {
  try {
    return parseQuotas(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : 'It is not valid.');
  }
}

const EXAMPLES = `
Examples:
  npm start
  npm start -- --port 9000 --data ./queue-data
  npx holdfast serve --port 9000
  npx holdfast serve --host 0.0.0.0 --auth keys
  HOLDFAST_PORT=9000 npm start`;

/**
 * Reads the options of a command line. An option that it does not give is taken from the environment.
 *
 * @param argv without the program.
 * @throws CommanderError after it was explained; `exitCode` 0 for --help.
 */
export function readOptions(argv: readonly string[]): ServerOptions {
  const command = serverCommand().parse(argv, { from: 'user' });
  const options = command.opts<ServerOptions>();
  const conflict = conflictOf(options);
  return conflict === undefined ? options : command.error(`error: ${conflict}`);
}

/** The options as a command, which explains and completes them. */
export function serverCommand(): Command {
  const option = (flags: string, description: string, variable: string) => new Option(flags, description).env(variable);
  const command = new Command('holdfast serve')
    .description('Runs Holdfast, a durable message queue over WebSocket, on this machine.')
    .addOption(
      option('-p, --port <number>', 'port to listen on; 0: any that is free', 'HOLDFAST_PORT')
        .default(8080)
        .argParser(port),
    )
    .addOption(
      option('-H, --host <address>', 'address to listen on', 'HOLDFAST_HOST').default('127.0.0.1').argParser(notEmpty),
    )
    .addOption(
      option('-d, --data <folder>', 'where messages are kept', 'HOLDFAST_DATA')
        .default('.holdfast')
        .argParser(notEmpty),
    )
    .addOption(
      option(
        '--durability <kind>',
        'what is safe when it is answered. fsync: on disk; os: left to the operating system, so a power cut may take it',
        'HOLDFAST_DURABILITY',
      )
        .choices(['fsync', 'os'])
        .default('fsync'),
    )
    .addOption(
      option('--retention <duration>', 'how long messages are kept', 'HOLDFAST_RETENTION')
        .default(DEFAULT_SETTINGS.messageRetention, '7d')
        .argParser(retention),
    )
    .addOption(
      option('--dead-letter-retention <duration>', 'how long dead letters are kept', 'HOLDFAST_DEAD_LETTER_RETENTION')
        .default(DEFAULT_SETTINGS.deadLetterRetention, '14d')
        .argParser(deadLetterRetention),
    )
    .addOption(
      option(
        '--subscription-expiry <duration>',
        'when a subscription ends that nobody connects to; or never',
        'HOLDFAST_SUBSCRIPTION_EXPIRY',
      )
        .default(DEFAULT_SETTINGS.subscriptionExpiry, '31d')
        .argParser((text: string) => (text === 'never' ? Number.POSITIVE_INFINITY : expiry(text))),
    )
    .addOption(
      option(
        '--quotas <list>',
        'how much clients may have: client.publishes=100,client.queues=none …',
        'HOLDFAST_QUOTAS',
      )
        .default({}, 'see docs/operations.md')
        .argParser(quotas),
    )
    .addOption(
      option(
        '--origins <list>',
        'pages that may connect, by origin; loopback: those of this machine',
        'HOLDFAST_ORIGINS',
      )
        .default([LOOPBACK_ORIGIN], LOOPBACK_ORIGIN)
        .argParser(origins),
    )
    .addOption(
      option('--log-level <level>', 'the least that is logged, as JSON on standard error', 'HOLDFAST_LOG_LEVEL')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .allowExcessArguments(false)
    .configureOutput(inOneLine)
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  return addAuthOptions(command);
}
