import { Aws, Duration, Token } from 'aws-cdk-lib';
import { TABLE_VARIABLES, type TableName } from '../adapters/dynamodb/tables';
import { DEFAULT_SETTINGS, SETTING_BOUNDS } from '../broker/model/limits';
import { formatQuotas, parseQuotas, type Quotas } from '../broker/model/quotas';
import { isOriginPattern } from '../broker/protocol/origin';
import type { Api } from './api';
import type { HoldfastProps } from './holdfastProps';
import type { Tables } from './tables';
import type { WakeUps } from './wakeUps';

type Environment = Record<string, string>;

const tableNames = Object.keys(TABLE_VARIABLES) as TableName[];

/** What the functions learn from their environment: where everything is, and how long it is kept, in seconds. */
export function environment(tables: Tables, wakeUps: WakeUps, api: Api, props: HoldfastProps): Environment {
  return {
    ...namesOf(tables, tableNames),
    ...common(props),
    HOLDFAST_AUTH: props.auth.by,
    HOLDFAST_WAKE_UPS_URL: wakeUps.queue.queueUrl,
    HOLDFAST_CALLBACK_URL: api.callbackUrl,
    HOLDFAST_DEAD_LETTER_RETENTION: seconds('deadLetterRetention', props.deadLetterRetention),
    HOLDFAST_SUBSCRIPTION_EXPIRY:
      props.subscriptionExpiry === 'never' ? '0' : seconds('subscriptionExpiry', props.subscriptionExpiry),
    HOLDFAST_SHARD_SIZE: shardSize(props.shardSize),
    ...(props.quotas && { HOLDFAST_QUOTAS: checkedQuotas(props.quotas) }),
    ...(props.origins && { HOLDFAST_ORIGINS: checkedOrigins(props.origins).join(',') }),
  };
}

/** The part of it that publishing needs. */
export function publisherEnvironment(tables: Tables, props: HoldfastProps): Environment {
  return { ...namesOf(tables, ['queues', 'messages']), ...common(props) };
}

function namesOf(tables: Tables, names: readonly TableName[]): Environment {
  return Object.fromEntries(names.map((name) => [TABLE_VARIABLES[name], tables[name].tableName]));
}

function common(props: HoldfastProps): Environment {
  return {
    HOLDFAST_AWS_DOMAIN: Aws.URL_SUFFIX,
    HOLDFAST_MESSAGE_RETENTION: seconds('messageRetention', props.messageRetention),
  };
}

/** How error messages state the bounds of a setting. */
const RANGES = {
  messageRetention: '1 hour to 365 days',
  deadLetterRetention: '1 hour to 365 days',
  subscriptionExpiry: "1 day or more, or 'never'",
} as const satisfies Record<keyof typeof SETTING_BOUNDS, string>;

/**
 * @param given left out: the default.
 * @throws Error it is out of bounds.
 */
function seconds(setting: keyof typeof SETTING_BOUNDS, given = Duration.millis(DEFAULT_SETTINGS[setting])): string {
  const { least, most } = SETTING_BOUNDS[setting];
  if (!given.isUnresolved() && (given.toMilliseconds() < least || given.toMilliseconds() > most))
    throw new Error(`${setting} must be ${RANGES[setting]}, not ${given.toHumanString()}`);
  return String(given.toSeconds());
}

/** @throws Error no shard could have as many. */
function shardSize(given = DEFAULT_SETTINGS.shardSize): string {
  if (!Token.isUnresolved(given) && !(Number.isInteger(given) && given >= 1))
    throw new Error(`shardSize must be a whole number from 1, not ${given}`);
  return String(given);
}

/**
 * What a client is noted to have is one item of its table, of at most 400 KB (DynamoDB, "Quotas: item size"). A note of
 * a subscription has up to 535 bytes, most of them the name of its queue; one of a connection some 60.
 */
const MOST_NOTED = { 'client.subscriptions': 500, 'client.connections': 1_000 } as const;

/** @throws Error a name that is no quota, or a number that the quota cannot have here. */
function checkedQuotas(quotas: Partial<Quotas>): string {
  const text = formatQuotas(quotas);
  const given = text === '' ? {} : parseQuotas(text);
  for (const name of ['client.subscriptions', 'client.connections'] as const) {
    const [quota = 0, most] = [given[name], MOST_NOTED[name]];
    if (quota > most) throw new Error(`${name} must be at most ${most} in AWS, not ${quota}`);
  }
  return text;
}

function checkedOrigins(origins: readonly string[]): readonly string[] {
  const wrong = origins.find((origin) => !isOriginPattern(origin));
  if (wrong !== undefined) throw new Error(`origins must be such as https://app.example.com, not ${wrong}`);
  return origins;
}
