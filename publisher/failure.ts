import { NoCredentials } from '../adapters/aws/noCredentials';
import type { Reporter } from '../broker/ports';
import { ProtocolError } from '../broker/protocol/errors';
import { errorFrame } from '../broker/usecases/answer';
import { errorOf } from '../client/errorOf';
import { type HoldfastError, isHoldfastError, Unauthenticated } from '../client/errors';

/** Failures are thrown, so there is nothing to report besides. */
const silent: Reporter = { warn: () => undefined };

/** A failure as a client with a connection would get it, with its cause. */
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
