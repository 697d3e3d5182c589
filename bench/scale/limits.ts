/** A limit of an AWS account or of one of its parts, and how it is raised. */
export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly raise: string;
  readonly source: string;
}

const QUOTAS = 'https://docs.aws.amazon.com';

/** Those that Holdfast meets, as an account has them by default in us-east-1. */
export const LIMITS = {
  frames: {
    name: 'API Gateway: frames, pushes and connects together',
    value: 10_000,
    unit: 'a second',
    raise: 'Service Quotas, "Throttle rate" of the region; AWS grants it by use shown',
    source: `${QUOTAS}/apigateway/latest/developerguide/limits.html`,
  },
  connects: {
    name: 'API Gateway: new connections',
    value: 500,
    unit: 'a second',
    raise: 'Service Quotas, "New connections per second (WebSocket API)"',
    source: `${QUOTAS}/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html`,
  },
  concurrency: {
    name: 'Lambda: invocations at a time',
    value: 1_000,
    unit: '',
    raise: 'Service Quotas, "Concurrent executions"; tens of thousands are usual',
    source: `${QUOTAS}/lambda/latest/dg/gettingstarted-limits.html`,
  },
  tableWrites: {
    name: 'DynamoDB: write units of the Subscriptions table',
    value: 40_000,
    unit: 'a second',
    raise: 'Service Quotas, "Table-level write throughput limit"; without bound in principle',
    source: `${QUOTAS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`,
  },
  tableReads: {
    name: 'DynamoDB: read units of the Subscriptions table',
    value: 40_000,
    unit: 'a second',
    raise: 'Service Quotas, "Table-level read throughput limit"',
    source: `${QUOTAS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`,
  },
  shardWrites: {
    name: 'DynamoDB: write units of one partition key, a shard of a queue',
    value: 1_000,
    unit: 'a second',
    raise: 'fixed: a smaller `shardSize` makes more shards of the same subscribers',
    source: `${QUOTAS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html`,
  },
  queueWrites: {
    name: 'DynamoDB: write units of one partition key, the messages of a queue (1 KB each)',
    value: 1_000,
    unit: 'a second',
    raise: 'fixed: use more queues',
    source: `${QUOTAS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html`,
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;
