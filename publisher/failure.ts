import { NoCredentials } from '../adapters/aws/noCredentials';
import type { Reporter } from '../broker/ports';
import { ProtocolError } from '../broker/protocol/errors';
import { errorFrame } from '../broker/usecases/answer';
import { errorOf } from '../client/errorOf';
import { type HoldfastError, isHoldfastError, Unauthenticated } from '../client/errors';

/** What fails is thrown, so that nobody need be told besides. */
const silent: Reporter = { warn: () => undefined };

/** A failure as who publishes by a connection would be told of it, and what it was caused by. */
export function failureOf(error: unknown): HoldfastError {
  if (isHoldfastError(error)) return error;
  if (error instanceof NoCredentials)
    return new Unauthenticated(`${error.message}; outside of Lambda, say by \`credentials\` where they are from`, {
      cause: error.cause,
    });
  const failure = errorOf(errorFrame({}, error, silent));
  if (!(error instanceof ProtocolError)) failure.cause = error;
  return failure;
}
