import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Quotas } from '../broker/model/quotas';
import type { Auth } from './auth';

/** The properties of a `Holdfast`. */
export interface HoldfastProps {
  /**
   * Who may connect: `{ by: 'keys' }`, `{ by: 'jwt', issuer: …, audience: […] }`, or, knowingly, `{ by: 'none' }`.
   * There is no default, so that no queue is open by oversight.
   */
  readonly auth: Auth;

  /**
   * How long messages are kept, delivered or not: 1 hour to 365 days.
   *
   * @default Duration.days(7)
   */
  readonly messageRetention?: Duration;

  /**
   * How long dead letters are kept: 1 hour to 365 days.
   *
   * @default Duration.days(14)
   */
  readonly deadLetterRetention?: Duration;

  /**
   * When a subscription ends that nobody connected to: 1 day or more, or `'never'`.
   *
   * @default Duration.days(31)
   */
  readonly subscriptionExpiry?: Duration | 'never';

  /**
   * How many subscriptions of a queue share a shard, which is delivered by one function at a time. Smaller shards
   * deliver sooner to many subscribers and cost more wake-ups. A whole number from 1.
   *
   * @default 250
   */
  readonly shardSize?: number;

  /**
   * How many functions at a time serve wake-ups: timers, and the shards of queues that have more than one. Set it below
   * the concurrency of the account, or connects and publishes find no function free in a burst: to 5 in a new account,
   * which may have 10 in all. A whole number from 2 to 1,000.
   *
   * @default 100
   */
  readonly wakeUpConcurrency?: number;

  /**
   * How many functions at a time serve each shard of the three streams: messages, connections and keys. A stream has a
   * few shards, and more with its load. Set it to 1 in a new account, which may have 10 functions in all: every queue
   * is still delivered, but queues in the same shard wait for each other. A whole number from 1 to 10.
   *
   * @default 10
   */
  readonly streamConcurrency?: number;

  /**
   * What becomes of the tables, and the messages in them, when they leave the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the tables refuse to be deleted, by anybody, until this is false.
   *
   * @default - as long as they would be retained
   */
  readonly deletionProtection?: boolean;

  /**
   * The prefix of the names of the tables: `restored` for `restored-Queues`, `restored-Messages` … Existing tables of
   * such names can be taken over: docs/restoring.md says how. Never change it or leave it out afterwards: the stack
   * would get other tables, which are empty. 1 to 240 characters of `A–Z a–z 0–9 . _ -`.
   *
   * @default - CloudFormation makes up their names
   */
  readonly tablePrefix?: string;

  /**
   * A key of yours that encrypts the tables. The functions and publishers are granted its use through DynamoDB, if the
   * policy of the key leaves that to IAM, as that of keys made by the CDK does.
   *
   * @default - a key that AWS owns: free of charge, and not yours to revoke
   */
  readonly encryptionKey?: IKey;

  /**
   * How long the functions' logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;

  /**
   * The last part of the URL.
   *
   * @default 'v1'
   */
  readonly stageName?: string;

  /**
   * How many frames from clients API Gateway lets through, over all connections together: `rateLimit` a second, and up
   * to `burstLimit` at once, about (developer guide of API Gateway, "Protect your WebSocket APIs": targets, not
   * ceilings). It refuses frames beyond that; clients of this library send requests again, and acks when their message
   * comes again. One client can use it all up: see `quotas`.
   *
   * @default - 5,000 a second, 2,500 at once: half of what an account has in most regions. In some newer ones it has
   * 2,500 and 1,250 (API Gateway quotas, "account-level"): set half of that there, so that a flood of frames leaves
   * room to deliver.
   */
  readonly throttle?: ThrottleSettings;

  /**
   * Quotas of a connection or a client that differ from the defaults. Numbers at a time or in an hour are counted in
   * the tables, and exact. Rates of a second are counted by each warm function for itself, so that a client whose
   * frames are spread over several gets a multiple. How many frames the whole deployment takes is set by `throttle`.
   * `client.connections` is at most 1,000 and `client.subscriptions` at most 500: one item has to hold them.
   *
   * @default - 10 connections, 100 subscriptions and 1,000 new queues an hour for each client, and rates above what a
   * well-meaning client needs: `DEFAULT_QUOTAS`
   */
  readonly quotas?: Partial<Quotas>;

  /**
   * Which pages may connect, by their origin, such as `https://app.example.com`. Programs other than browsers send no
   * origin, and are not affected.
   *
   * @default - all: a page can do no more than its reader's credential allows, for there are no cookies
   */
  readonly origins?: readonly string[];

  /**
   * Log a line per request: its route, status and duration, and nothing of its contents. API Gateway wants a CloudWatch
   * role in the settings of the account (`AWS::ApiGateway::Account`) before it takes this.
   *
   * @default false
   */
  readonly accessLog?: boolean;

  /**
   * The endpoint of a local emulator of AWS that this is deployed into, such as `http://127.0.0.1:4566`: `url` and
   * `callbackUrl` point there.
   *
   * @default - it is AWS
   */
  readonly emulator?: string;

  /**
   * Have routes answer with a route response. Without one API Gateway drops what a function returns; MiniStack sends it
   * anyway, and its CloudFormation has no route responses.
   *
   * @default true
   */
  readonly routeResponses?: boolean;
}
