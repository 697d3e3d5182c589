import type { FrameOf } from './wire';

/** The code of a failure, for programs that pass it on. Each class has one. */
export type FailureCode =
  | FrameOf<'error'>['code']
  | 'dismissed'
  | 'closed'
  | 'unreachable'
  | 'timeout'
  | 'buffer_full'
  | 'no_websocket'
  | 'store_failed';

// Marks the errors of every copy of this library. A program may have several: one by `import`, one by `require`, and
// that of `holdfast/publish`.
const BRAND = Symbol.for('holdfast.error');

/**
 * The base of all errors that promises of this library are rejected with. The reason of an `AbortSignal` is passed on
 * as it is.
 */
export abstract class HoldfastError extends Error {
  static {
    // Not with the fields of each error, which are printed.
    Object.defineProperty(HoldfastError.prototype, BRAND, { value: true });
    Object.defineProperty(HoldfastError, Symbol.hasInstance, { value: hasInstance });
  }

  abstract readonly code: FailureCode;
  /** Whether doing the same again can succeed. */
  readonly retryable: boolean = false;
}

/** The request is not valid, or a payload is no JSON value. Correct it. */
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

/** There is no credential, or it is not valid, or no longer. */
export class Unauthenticated extends HoldfastError {
  override readonly name = 'Unauthenticated';
  readonly code = 'unauthenticated';
}

/** The credential is valid, but does not permit this. */
export class Forbidden extends HoldfastError {
  override readonly name = 'Forbidden';
  readonly code = 'forbidden';
}

/** There is no such queue, message or subscription. */
export class NotFound extends HoldfastError {
  override readonly name = 'NotFound';
  readonly code = 'not_found';
}

/** The message has more bytes than the server takes. Store large contents elsewhere and publish a link. */
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

/** Something that the server needs is not available: nothing was done, or repeating it is harmless. */
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

/** The server ended the connection and said not to connect again, for example because of one connection too many. */
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

/** This program closed the client, or uses a client that it has closed. */
export class Closed extends HoldfastError {
  override readonly name = 'Closed';
  readonly code = 'closed';
}

/** No connection could be made in time. `cause` is the last reason, if the platform gives one. */
export class Unreachable extends HoldfastError {
  override readonly name = 'Unreachable';
  readonly code = 'unreachable';
  override readonly retryable = true;
}

/** No answer came in time. It is not known whether the request was served. */
export class Timeout extends HoldfastError {
  override readonly name = 'Timeout';
  readonly code = 'timeout';
  override readonly retryable = true;
}

/** There is no connection, and the buffer of waiting publishes is full. */
export class BufferFull extends HoldfastError {
  override readonly name = 'BufferFull';
  readonly code = 'buffer_full';
  override readonly retryable = true;
}

/** No WebSocket was found: install `ws`, or pass the option `webSocket`. */
export class NoWebSocket extends HoldfastError {
  override readonly name = 'NoWebSocket';
  readonly code = 'no_websocket';
}

/** Waiting publishes could not be stored in IndexedDB, or read from it. They wait in memory. `cause` says why. */
export class StoreFailed extends HoldfastError {
  override readonly name = 'StoreFailed';
  readonly code = 'store_failed';
}

const CLASSES: Readonly<Record<FailureCode, unknown>> = {
  invalid: InvalidRequest,
  unknown_action: UnknownAction,
  unauthenticated: Unauthenticated,
  forbidden: Forbidden,
  not_found: NotFound,
  too_large: TooLarge,
  rate_limited: RateLimited,
  unavailable: Unavailable,
  internal: ServerFault,
  dismissed: Dismissed,
  closed: Closed,
  unreachable: Unreachable,
  timeout: Timeout,
  buffer_full: BufferFull,
  no_websocket: NoWebSocket,
  store_failed: StoreFailed,
};

// For `instanceof`: an error of another copy of this library is known by its code.
function hasInstance(this: unknown, error: unknown): boolean {
  if (!isHoldfastError(error)) return false;
  if (this === HoldfastError || this === CLASSES[error.code]) return true;
  return Function.prototype[Symbol.hasInstance].call(this, error);
}

/** Whether something that was thrown is one of the failures above. */
export const isHoldfastError = (error: unknown): error is HoldfastError =>
  typeof error === 'object' && error !== null && BRAND in error;

/** Whether doing the same again can succeed. */
export const isRetryable = (error: unknown): boolean => isHoldfastError(error) && error.retryable;
