import type { FrameOf } from './wire';

/** What a failure is called, for programs that send it on: each belongs to one class. */
export type FailureCode =
  | FrameOf<'error'>['code']
  | 'dismissed'
  | 'closed'
  | 'unreachable'
  | 'timeout'
  | 'buffer_full'
  | 'no_websocket'
  | 'store_failed';

/**
 * Whatever a promise of this library is rejected with, but for the reason of an `AbortSignal`, which is passed on as it is.
 */
export abstract class HoldfastError extends Error {
  abstract readonly code: FailureCode;
  /** Whether doing the same again can succeed. */
  readonly retryable: boolean = false;
}

/** The request was not as it should be; or a payload is no JSON value. Mend it. */
export class InvalidRequest extends HoldfastError {
  override readonly name = 'InvalidRequest';
  readonly code = 'invalid';
  /** @param field path of the field at fault, its parts joined by dots: `messages.0.event`. */
  constructor(
    message: string,
    readonly field?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The server knows no such action: it is older than this library. */
export class UnknownAction extends HoldfastError {
  override readonly name = 'UnknownAction';
  readonly code = 'unknown_action';
}

/** There is no credential, or it is not a good one, or not any more. */
export class Unauthenticated extends HoldfastError {
  override readonly name = 'Unauthenticated';
  readonly code = 'unauthenticated';
}

/** The server knows who asks, and does not permit it. */
export class Forbidden extends HoldfastError {
  override readonly name = 'Forbidden';
  readonly code = 'forbidden';
}

/** There is no such queue, message or subscription. */
export class NotFound extends HoldfastError {
  override readonly name = 'NotFound';
  readonly code = 'not_found';
}

/** The message has more bytes than the server takes. Keep the bulk elsewhere and publish where it is. */
export class TooLarge extends HoldfastError {
  override readonly name = 'TooLarge';
  readonly code = 'too_large';
}

/** Too much at once. */
export class RateLimited extends HoldfastError {
  override readonly name = 'RateLimited';
  readonly code = 'rate_limited';
  override readonly retryable = true;
  /** @param retryAfter seconds to wait before it is worth another try, if the server said so. */
  constructor(
    message: string,
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Something that the server needs is out of order: nothing was done, or doing it again is harmless. */
export class Unavailable extends HoldfastError {
  override readonly name = 'Unavailable';
  readonly code = 'unavailable';
  override readonly retryable = true;
}

/** A fault of the server. */
export class ServerFault extends HoldfastError {
  override readonly name = 'ServerFault';
  readonly code = 'internal';
}

/** The server ended the connection and said not to come back, such as with one connection too many. */
export class Dismissed extends HoldfastError {
  override readonly name = 'Dismissed';
  readonly code = 'dismissed';
  /** @param closing the code of its goodbye: 4000 to 4099; or the HTTP status that it refused the connection with. */
  constructor(
    message: string,
    readonly closing: number,
  ) {
    super(message);
  }
}

/** This program closed the connection for good, or asks something of one that it has closed. */
export class Closed extends HoldfastError {
  override readonly name = 'Closed';
  readonly code = 'closed';
}

/** No connection could be made in the time given. `cause` is the last reason, where the platform tells one. */
export class Unreachable extends HoldfastError {
  override readonly name = 'Unreachable';
  readonly code = 'unreachable';
  override readonly retryable = true;
}

/** No answer came in the time given; whether it was done is not known. */
export class Timeout extends HoldfastError {
  override readonly name = 'Timeout';
  readonly code = 'timeout';
  override readonly retryable = true;
}

/** There is no connection, and as many publishes wait for one as may. */
export class BufferFull extends HoldfastError {
  override readonly name = 'BufferFull';
  readonly code = 'buffer_full';
  override readonly retryable = true;
}

/** There is no WebSocket to be found: install `ws`, or pass the option `webSocket`. */
export class NoWebSocket extends HoldfastError {
  override readonly name = 'NoWebSocket';
  readonly code = 'no_websocket';
}

/** What waits to be published could not be kept in IndexedDB, or read from it; it waits in memory. `cause` says why. */
export class StoreFailed extends HoldfastError {
  override readonly name = 'StoreFailed';
  readonly code = 'store_failed';
}

/** Whether something that was thrown is one of the failures above. */
export const isHoldfastError = (error: unknown): error is HoldfastError => error instanceof HoldfastError;

/** Whether doing the same again can succeed. */
export const isRetryable = (error: unknown): boolean => isHoldfastError(error) && error.retryable;
