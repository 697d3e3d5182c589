import { ApiGatewayManagementApiServiceException } from '@aws-sdk/client-apigatewaymanagementapi';

const TOO_MANY_REQUESTS = 429;
/** Refusals that concern this frame or this moment, though API Gateway counts them as the caller's fault. */
const SLOW = new Set(['LimitExceededException', 'PayloadTooLargeException']);

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
 * Whether the connection may take more later: this client's buffer or the rate of all connections was used up, or API
 * Gateway failed or did not answer. Any other error is our mistake, such as a missing permission.
 */
export function isSlow(error: unknown): boolean {
  if (!(error instanceof ApiGatewayManagementApiServiceException) || error.$fault !== 'client') return true;
  return SLOW.has(error.name) || error.$metadata.httpStatusCode === TOO_MANY_REQUESTS;
}

/** Whether there was no answer in time, as for a connection whose client silently reads nothing. */
export const isSilence = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';
