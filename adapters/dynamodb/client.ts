import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { lean, once, requests } from '../requests';

/** How long to wait for an answer. Milliseconds. */
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
  return lean(
    new DynamoDBClient({
      ...once,
      maxAttempts: ATTEMPTS,
      retryMode: 'standard',
      requestHandler: requests(ANSWER_MS, SOCKETS),
      ...config,
    }),
  );
}
