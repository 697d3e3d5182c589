/** A limit of an AWS account, of one of its parts, or of the stack itself, and how it is raised. */
export interface Limit {
  readonly name: string;
  /** What counts against it. */
  readonly counts: string;
  readonly value: number;
  readonly unit: string;
  readonly raise: string;
  readonly source: string;
}

const QUOTAS = 'https://docs.aws.amazon.com';
const LAMBDA_QUOTAS = `${QUOTAS}/lambda/latest/dg/gettingstarted-limits.html`;
const TABLE_QUOTAS = `${QUOTAS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`;
const KEY_QUOTAS = `${QUOTAS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html`;

const CONCURRENCY = 1_000;
/** Invocations a second for each that may run at a time, where the caller waits for the answer. */
const INVOCATIONS_OF_EACH = 10;

/** Those that Holdfast meets, as the stack and an account have them by default in us-east-1. */
export const LIMITS = {
  throttle: {
    name: 'the stack: `throttle`',
    counts: 'frames from clients, and connects',
    value: 5_000,
    unit: 'a second',
    raise: 'set by the stack: raise the property `throttle`',
    source: 'lib/holdfast.ts, `defaultThrottle`',
  },
  frames: {
    name: 'API Gateway: frames',
    counts: 'frames from clients, pushes and connects',
    value: 10_000,
    unit: 'a second',
    raise: 'Service Quotas, "Throttle rate" of the region; AWS grants it by use shown',
    source: `${QUOTAS}/apigateway/latest/developerguide/limits.html`,
  },
  connects: {
    name: 'API Gateway: connects',
    counts: 'new connections',
    value: 500,
    unit: 'a second',
    raise: 'Service Quotas, "New connections per second (WebSocket API)"',
    source: `${QUOTAS}/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html`,
  },
  concurrency: {
    name: 'Lambda: functions at a time',
    counts: 'functions at work',
    value: CONCURRENCY,
    unit: 'at a time',
    raise: 'Service Quotas, "Concurrent executions"; tens of thousands are usual',
    source: LAMBDA_QUOTAS,
  },
  // The quota is that of synchronous invocations. API Gateway's routes wait for an answer, and so do event source
  // mappings ("Lambda polls the queue and invokes your Lambda function synchronously", developer guide, "Using Lambda
  // with Amazon SQS"; the same in "Using AWS Lambda with Amazon DynamoDB"). Nothing here is invoked asynchronously. The
  // table says "per function", and then "the total invocation limit": taken for all functions together.
  invocations: {
    name: 'Lambda: invocations',
    counts: 'invocations of all functions',
    value: CONCURRENCY * INVOCATIONS_OF_EACH,
    unit: 'a second',
    raise: 'ten times "Concurrent executions", and raised with it',
    source: `${LAMBDA_QUOTAS}#api-requests`,
  },
  tableWrites: {
    name: 'DynamoDB: writes of a table',
    counts: 'write units of the subscriptions',
    value: 40_000,
    unit: 'a second',
    raise: 'Service Quotas, "Table-level write throughput limit"; without bound in principle',
    source: TABLE_QUOTAS,
  },
  tableReads: {
    name: 'DynamoDB: reads of a table',
    counts: 'read units of the subscriptions',
    value: 40_000,
    unit: 'a second',
    raise: 'Service Quotas, "Table-level read throughput limit"',
    source: TABLE_QUOTAS,
  },
  shardWrites: {
    name: 'DynamoDB: writes of a shard',
    counts: 'write units of one partition key, a shard of subscriptions',
    value: 1_000,
    unit: 'a second',
    raise: 'fixed: a smaller `shardSize` makes more shards of the same subscribers',
    source: KEY_QUOTAS,
  },
  queueWrites: {
    name: 'DynamoDB: writes of a queue',
    counts: 'write units of one partition key, the messages of a queue (1 KB each)',
    value: 1_000,
    unit: 'a second',
    raise: 'fixed: use more queues',
    source: KEY_QUOTAS,
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
