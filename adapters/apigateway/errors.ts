import { ApiGatewayManagementApiServiceException } from '@aws-sdk/client-apigatewaymanagementapi';

const TOO_MANY_REQUESTS = 429;
/** Refusals that concern this frame or this moment, though API Gateway counts them as the caller's fault. */
const SLOW = new Set(['LimitExceededException', 'PayloadTooLargeException']);

const GONE = 410;

/**
 * There is no such connection; or not yet, for one is only there once its connect route has answered. What is no connection
 * of this API may be told as a bad request (localstack/localstack#4694 has what AWS answers).
 */
export function isGone(error: unknown): boolean {
  if (!(error instanceof ApiGatewayManagementApiServiceException)) return false;
  if (error.name === 'GoneException' || error.$metadata.httpStatusCode === GONE) return true;
  return error.name === 'BadRequestException' && /connection ?id/i.test(error.message);
}

/**
 * Whether the connection may take more later: it was too much at once, over all connections or for this client's
 * buffer; or API Gateway did not answer, or not well. Anything else is our mistake, such as a missing permission.
 */
export function isSlow(error: unknown): boolean {
  if (!(error instanceof ApiGatewayManagementApiServiceException) || error.$fault !== 'client') return true;
  return SLOW.has(error.name) || error.$metadata.httpStatusCode === TOO_MANY_REQUESTS;
}

/** Whether nothing was answered in time: as a connection whose client takes nothing and does not say so. */
export const isSilence = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';
