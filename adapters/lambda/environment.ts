import { type BrokerSettings, DEFAULT_SETTINGS } from '../../broker/model/limits';
import { DEFAULT_QUOTAS, parseQuotas } from '../../broker/model/quotas';
import { EVERY_ORIGIN } from '../../broker/protocol/origin';
import type { TableNames } from '../dynamodb/tables';

/** @throws Error the function was deployed without it. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is missing`);
  return value;
}

/** @throws Error it is missing or no number. */
function numeric(name: string): number {
  const value = Number(variable(name));
  if (!(value >= 0)) throw new Error(`the environment variable ${name} is not a number`);
  return value;
}

const SECOND = 1_000;

/** What the tables of this deployment are called. */
export const tableNames = (): TableNames => ({
  queues: variable('HOLDFAST_QUEUES_TABLE'),
  messages: variable('HOLDFAST_MESSAGES_TABLE'),
  subscriptions: variable('HOLDFAST_SUBSCRIPTIONS_TABLE'),
  connections: variable('HOLDFAST_CONNECTIONS_TABLE'),
  clients: variable('HOLDFAST_CLIENTS_TABLE'),
  deadLetters: variable('HOLDFAST_DEAD_LETTERS_TABLE'),
  timers: variable('HOLDFAST_TIMERS_TABLE'),
  keys: variable('HOLDFAST_KEYS_TABLE'),
});

/** How long things are kept in this deployment. The environment speaks of seconds; a subscription's 0 is never. */
export const settings = (): BrokerSettings => ({
  messageRetention: numeric('HOLDFAST_MESSAGE_RETENTION') * SECOND,
  deadLetterRetention: numeric('HOLDFAST_DEAD_LETTER_RETENTION') * SECOND,
  subscriptionExpiry: numeric('HOLDFAST_SUBSCRIPTION_EXPIRY') * SECOND || Number.POSITIVE_INFINITY,
  connectionLifetime: DEFAULT_SETTINGS.connectionLifetime,
  shardSize: numeric('HOLDFAST_SHARD_SIZE'),
  accessControl: variable('HOLDFAST_AUTH') !== 'none',
  quotas: { ...DEFAULT_QUOTAS, ...(process.env.HOLDFAST_QUOTAS ? parseQuotas(process.env.HOLDFAST_QUOTAS) : {}) },
});

/** Which pages may connect to this deployment; all, unless some are named. */
export const origins = (): readonly string[] => (process.env.HOLDFAST_ORIGINS ?? EVERY_ORIGIN).split(',');
