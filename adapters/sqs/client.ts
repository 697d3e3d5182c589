import { SQSClient } from '@aws-sdk/client-sqs';
import { lean, once, requests } from '../requests';

/** How long to wait for an answer. Milliseconds. */
const ANSWER_MS = 2_000;
/** All attempts together stay below the 10 s that a function lives. */
const ATTEMPTS = 3;
/** Connections kept open: the wake-ups of a request, or of a queue's shards, are sent at the same time. */
const SOCKETS = 50;

/** A client that gives up soon enough for its caller to answer. The SDK finds all it needs in the environment. */
export function sqsClient(): SQSClient {
  return lean(
    new SQSClient({
      ...once,
      maxAttempts: ATTEMPTS,
      retryMode: 'standard',
      requestHandler: requests(ANSWER_MS, SOCKETS),
    }),
  );
}
