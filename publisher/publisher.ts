import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core';
import { dynamodbClient, dynamodbLog } from '../adapters/dynamodb';
import { type Environment, logTables, messageRetention, variable } from '../adapters/lambda/environment';
import { systemClock, systemIds } from '../adapters/node/ambient';
import { publishDirectly } from '../broker/usecases/publish';
import type { Published } from '../client/outbox';
import type { AnyQueues, EventOf, PayloadOf, QueueOf } from '../client/queues';
import type { AwsCredentials, AwsCredentialsProvider } from './credentials';
import { failureOf } from './failure';
import { clientOf, requestOf } from './request';

/** What a message is published with, apart from its payload. */
export interface DirectOptions {
  /** Delivered as they are. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Identifies the message, 1 to 128 characters. Publishing again with the same id, from anywhere, stores nothing as
   * long as the first message is retained. Lambda repeats failed invocations: take the id from the event that caused
   * the message.
   *
   * @default - a generated id: publishing again stores the message again
   */
  readonly id?: string | undefined;
}

export interface PublisherOptions {
  /**
   * The `publisher` that subscribers see with the messages: 1 to 128 characters of `A–Z a–z 0–9 . _ : @ -`.
   *
   * @default - the name of the function: `AWS_LAMBDA_FUNCTION_NAME` of the environment
   */
  readonly clientId?: string;

  /**
   * The credentials for requests to DynamoDB, where the environment has none: on Fargate, EC2 or a machine of yours. A
   * provider is asked again shortly before its credentials expire.
   *
   * ```ts
   * import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
   *
   * const { publish } = publisher(process.env, { clientId: 'checkout', credentials: fromNodeProviderChain() });
   * ```
   *
   * @default - those of the environment, `AWS_ACCESS_KEY_ID` and so on, as Lambda gives them to every function
   */
  readonly credentials?: AwsCredentials | AwsCredentialsProvider;
}

/**
 * Publishes without a connection.
 *
 * @typeParam Q the queues, their events and payloads, as the client has them; left out, any.
 */
export interface Publisher<Q = AnyQueues> {
  /**
   * Publishes a message. Subscribers get it like any other. Quotas do not count it.
   *
   * @param payload any JSON value; with the headers at most 30,000 bytes. Undefined: null. Values inside an object or
   * an array become what `JSON.stringify` makes of them, such as null for NaN.
   * @returns once the message is durable.
   * @throws HoldfastError `InvalidRequest`, `TooLarge`; `Unavailable`, which is worth another try; `ServerFault`, after
   * which the message may have been stored, so give it an `id`; `Unauthenticated`, there are no credentials for AWS.
   * `cause` is the error of DynamoDB or the SDK.
   */
  publish<Queue extends QueueOf<Q>, Event extends EventOf<Q, Queue>>(
    queue: Queue,
    event: Event,
    payload: PayloadOf<Q, Queue, Event>,
    options?: DirectOptions,
  ): Promise<Published>;
}

/**
 * A publisher for a function of yours, in the stack of a `Holdfast`: give the function its `publisherEnvironment`, and
 * `grantPublish` it. Make one for the life of the process, outside of the handler, since it keeps its connections open.
 *
 * ```ts
 * const { publish } = publisher(process.env);
 * export const handler = async ({ id, detail }) => publish('orders', 'created', detail, { id });
 * ```
 *
 * @param environment what `publisherEnvironment` says. The region is that of the process, `AWS_REGION`.
 * @throws Error a variable is missing.
 * @throws InvalidRequest `clientId` is not valid.
 */
export function publisher<Q = AnyQueues>(environment: Environment, options: PublisherOptions = {}): Publisher<Q> {
  const client = clientOf(options.clientId ?? variable('AWS_LAMBDA_FUNCTION_NAME', environment));
  const ports = {
    log: dynamodbLog(
      dynamodbClient(signedWith(options.credentials), environment.HOLDFAST_AWS_DOMAIN),
      logTables(environment),
    ),
    clock: systemClock,
    ids: systemIds(),
    settings: { messageRetention: messageRetention(environment) },
  };
  return {
    publish: async (queue, event, payload, { headers, id } = {}) => {
      try {
        const request = requestOf({ queue, event, payload, headers, id });
        const [published] = await publishDirectly(ports, client, request);
        if (published === undefined) throw new Error('the log did not say where the message is');
        return published;
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

function signedWith(credentials: PublisherOptions['credentials']) {
  if (credentials === undefined) return {};
  const kept = memoizeIdentityProvider(credentials, isIdentityExpired, doesIdentityRequireRefresh);
  return kept === undefined ? {} : { credentials: kept };
}
