import {
  Forbidden,
  type HoldfastError,
  InvalidRequest,
  NotFound,
  RateLimited,
  ServerFault,
  TooLarge,
  Unauthenticated,
  Unavailable,
  UnknownAction,
} from './errors';
import type { FrameOf } from './wire';

/** The failure that an `error` frame tells of. */
export function errorOf({ code, message, field, retryAfter }: FrameOf<'error'>): HoldfastError {
  switch (code) {
    case 'invalid':
      return new InvalidRequest(message, field);
    case 'unknown_action':
      return new UnknownAction(message);
    case 'unauthenticated':
      return new Unauthenticated(message);
    case 'forbidden':
      return new Forbidden(message);
    case 'not_found':
      return new NotFound(message);
    case 'too_large':
      return new TooLarge(message);
    case 'rate_limited':
      return new RateLimited(message, retryAfter);
    case 'unavailable':
      return new Unavailable(message);
    default:
      return new ServerFault(message);
  }
}
