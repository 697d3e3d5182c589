import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { lean, once, requests } from '../requests';

/** How long to wait for an answer. Milliseconds. */
const ANSWER_MS = 1_500;
/** Being throttled, or a client whose buffer is full, may pass; all attempts stay below the 10 s that a function lives. */
const ATTEMPTS = 3;
/** Connections kept open; a shard is delivered to 16 subscribers at a time, each of whom may have several. */
const SOCKETS = 100;

/** @param endpoint where the connections of the API are: `https://ID.execute-api.REGION.amazonaws.com/STAGE`. */
export function apiGatewayClient(endpoint: string): ApiGatewayManagementApiClient {
  return lean(
    new ApiGatewayManagementApiClient({
      ...once,
      endpoint,
      maxAttempts: ATTEMPTS,
      retryMode: 'standard',
      requestHandler: requests(ANSWER_MS, SOCKETS),
    }),
  );
}
