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
   * Marks the message, 1 to 128 characters: publishing again with the same id, from wherever, stores nothing as long as
   * the first is retained. Lambda repeats what failed: take an id from the event that caused the message.
   *
   * @default - one that the log makes up: publishing again stores the message again
   */
  readonly id?: string | undefined;
}

export interface PublisherOptions {
  /**
   * Whom subscribers are told that messages are by: 1 to 128 characters of `A–Z a–z 0–9 . _ : @ -`.
   *
   * @default - the name of the function: `AWS_LAMBDA_FUNCTION_NAME` of the environment
   */
  readonly clientId?: string;

  /**
   * What requests to DynamoDB are signed with, where they are not in the environment: on Fargate, EC2 or a machine of
   * yours. A provider is asked again shortly before what it gave ends.
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
   * Publishes a message: whoever is subscribed gets it as one that came by a connection. Quotas do not count it.
   *
   * @param payload any JSON value; with the headers at most 30,000 bytes. Undefined: null. What an object or an array holds
   * becomes what `JSON.stringify` makes of it, such as null of NaN.
   * @returns once the message is durable.
   * @throws HoldfastError `InvalidRequest`, `TooLarge`; `Unavailable`, which is worth another try; `ServerFault`, after
   * which the message may have been stored, which is why to give it an `id`; `Unauthenticated`, there are no credentials
   * for AWS. `cause` is what DynamoDB or the SDK said.
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
 * `grantPublish` it. Make one for as long as the process lives, outside of the handler, for it keeps its connections.
 *
 * ```ts
 * const { publish } = publisher(process.env);
 * export const handler = async ({ id, detail }) => publish('orders', 'created', detail, { id });
 * ```
 *
 * @param environment what `publisherEnvironment` says. The region is that of the process, `AWS_REGION`.
 * @throws Error a variable is missing.
 * @throws InvalidRequest `clientId` is none.
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
