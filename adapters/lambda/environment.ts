import { type BrokerSettings, DEFAULT_SETTINGS } from '../../broker/model/limits';
import { DEFAULT_QUOTAS, parseQuotas } from '../../broker/model/quotas';
import { EVERY_ORIGIN } from '../../broker/protocol/origin';
import { type LogTables, TABLE_VARIABLES, type TableName, type TableNames } from '../dynamodb/tables';

/** Variables by their names; by default those of this process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error the function was deployed without it. */
export function variable(name: string, environment: Environment = process.env): string {
  const value = environment[name];
  if (!value) throw new Error(`the environment variable ${name} is missing`);
  return value;
}

/** @throws Error it is missing or no number. */
function numeric(name: string, environment?: Environment): number {
  const value = Number(variable(name, environment));
  if (!(value >= 0)) throw new Error(`the environment variable ${name} is not a number`);
  return value;
}

const SECOND = 1_000;

const nameOf = (table: TableName, environment?: Environment) => variable(TABLE_VARIABLES[table], environment);

/** What the tables of this deployment are called. */
export const tableNames = (): TableNames => ({
  ...logTables(),
  subscriptions: nameOf('subscriptions'),
  connections: nameOf('connections'),
  clients: nameOf('clients'),
  deadLetters: nameOf('deadLetters'),
  timers: nameOf('timers'),
  keys: nameOf('keys'),
});

/** The names of the tables that publishing needs. */
export const logTables = (environment?: Environment): LogTables => ({
  queues: nameOf('queues', environment),
  messages: nameOf('messages', environment),
});

/** How long messages are kept in this deployment. Milliseconds. */
export const messageRetention = (environment?: Environment): number =>
  numeric('HOLDFAST_MESSAGE_RETENTION', environment) * SECOND;

/**
 * How long things are kept in this deployment. The environment has seconds; 0 as a subscription's expiry means never.
 */
export const settings = (): BrokerSettings => ({
  messageRetention: messageRetention(),
  leastRetention: DEFAULT_SETTINGS.leastRetention,
  deadLetterRetention: numeric('HOLDFAST_DEAD_LETTER_RETENTION') * SECOND,
  subscriptionExpiry: numeric('HOLDFAST_SUBSCRIPTION_EXPIRY') * SECOND || Number.POSITIVE_INFINITY,
  connectionLifetime: DEFAULT_SETTINGS.connectionLifetime,
  shardSize: numeric('HOLDFAST_SHARD_SIZE'),
  accessControl: variable('HOLDFAST_AUTH') !== 'none',
  quotas: { ...DEFAULT_QUOTAS, ...(process.env.HOLDFAST_QUOTAS ? parseQuotas(process.env.HOLDFAST_QUOTAS) : {}) },
});

/** Which pages may connect to this deployment; all, unless some are named. */
export const origins = (): readonly string[] => (process.env.HOLDFAST_ORIGINS ?? EVERY_ORIGIN).split(',');
