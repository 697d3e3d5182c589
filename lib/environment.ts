import { Aws, Duration } from 'aws-cdk-lib';
import { TABLE_VARIABLES, type TableName } from '../adapters/dynamodb/tables';
import { formatQuotas } from '../broker/model/quotas';
import { isOriginPattern } from '../broker/protocol/origin';
import type { Api } from './api';
import type { HoldfastProps } from './holdfastProps';
import type { Tables } from './tables';
import type { WakeUps } from './wakeUps';

type Environment = Record<string, string>;

const tableNames = Object.keys(TABLE_VARIABLES) as TableName[];

/** What the functions learn from their environment: where everything is, and how long it is kept, in seconds. */
export function environment(tables: Tables, wakeUps: WakeUps, api: Api, props: HoldfastProps): Environment {
  const expiry = props.subscriptionExpiry ?? Duration.days(31);
  return {
    ...namesOf(tables, tableNames),
    ...common(props),
    HOLDFAST_AUTH: props.auth.by,
    HOLDFAST_WAKE_UPS_URL: wakeUps.queue.queueUrl,
    HOLDFAST_CALLBACK_URL: api.callbackUrl,
    HOLDFAST_DEAD_LETTER_RETENTION: seconds(props.deadLetterRetention ?? Duration.days(14)),
    HOLDFAST_SUBSCRIPTION_EXPIRY: expiry === 'never' ? '0' : seconds(expiry),
    HOLDFAST_SHARD_SIZE: String(props.shardSize ?? 250),
    ...(props.quotas && { HOLDFAST_QUOTAS: formatQuotas(props.quotas) }),
    ...(props.origins && { HOLDFAST_ORIGINS: checkedOrigins(props.origins).join(',') }),
  };
}

/** As much of it as publishing takes. */
export function publisherEnvironment(tables: Tables, props: HoldfastProps): Environment {
  return { ...namesOf(tables, ['queues', 'messages']), ...common(props) };
}

function namesOf(tables: Tables, names: readonly TableName[]): Environment {
  return Object.fromEntries(names.map((name) => [TABLE_VARIABLES[name], tables[name].tableName]));
}

function common(props: HoldfastProps): Environment {
  return {
    HOLDFAST_AWS_DOMAIN: Aws.URL_SUFFIX,
    HOLDFAST_MESSAGE_RETENTION: seconds(props.messageRetention ?? Duration.days(7)),
  };
}

function seconds(duration: Duration): string {
  return String(duration.toSeconds());
}

function checkedOrigins(origins: readonly string[]): readonly string[] {
  const wrong = origins.find((origin) => !isOriginPattern(origin));
  if (wrong !== undefined) throw new Error(`origins must be such as https://app.example.com, not ${wrong}`);
  return origins;
}
