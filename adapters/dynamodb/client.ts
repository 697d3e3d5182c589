import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** How long to wait for a connection, and for an answer. Milliseconds. */
const CONNECT_MS = 1_000;
const ANSWER_MS = 2_000;
/** All attempts together stay below the 10 s that a function lives. */
const ATTEMPTS = 3;
/** Connections kept open: a batch of 100 messages is put 25 at a time. */
const SOCKETS = 50;

/**
 * A client that gives up soon enough for its caller to answer. The SDK finds region, credentials and, for an emulator,
 * `AWS_ENDPOINT_URL` in the environment.
 *
 * @param config what to set otherwise.
 */
export function dynamodbClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  return new DynamoDBClient({
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...config,
  });
}
