import { ApiGatewayManagementApiServiceException } from '@aws-sdk/client-apigatewaymanagementapi';

const TOO_MANY_REQUESTS = 429;

const GONE = 410;

/**
 * The connection does not exist, or not yet: it exists only once its connect route has answered. An id that is no
 * connection of this API may be refused as a bad request (localstack/localstack#4694 has what AWS answers).
 */
export function isGone(error: unknown): boolean {
  if (!(error instanceof ApiGatewayManagementApiServiceException)) return false;
  if (error.name === 'GoneException' || error.$metadata.httpStatusCode === GONE) return true;
  return error.name === 'BadRequestException' && /connection ?id/i.test(error.message);
}

/**
 * Whether the connection may take more later: API Gateway failed or did not answer, or did not take this frame. Any
 * other error is our mistake, such as a missing permission.
 */
export function isSlow(error: unknown): boolean {
  if (!(error instanceof ApiGatewayManagementApiServiceException) || error.$fault !== 'client') return true;
  return error.name === 'PayloadTooLargeException';
}

/** Whether this client's buffer or the rate of all connections was used up. */
export const isThrottled = (error: unknown): boolean =>
  error instanceof ApiGatewayManagementApiServiceException &&
  (error.name === 'LimitExceededException' || error.$metadata.httpStatusCode === TOO_MANY_REQUESTS);

/** Whether there was no answer in time, as for a connection whose client silently reads nothing. */
export const isSilence = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';
