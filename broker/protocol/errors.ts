/** What an `error` frame may say went wrong. */
export const ERROR_CODES = [
  /** Not JSON, or a field is missing, of the wrong type or out of range; `field` says which. */
  'invalid',
  /** There is no such action. */
  'unknown_action',
  /** No credential, or not a valid one. */
  'unauthenticated',
  /** Known, but not permitted. */
  'forbidden',
  /** There is no such queue, message or subscription. */
  'not_found',
  /** More bytes than the limit. */
  'too_large',
  /** Too many requests at once; `retryAfter` says when to try again. */
  'rate_limited',
  /** Not possible at present: nothing was done, or doing it again is harmless. */
  'unavailable',
  /** The server's own fault. */
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A request that is answered with an `error` frame. `message` says what was expected. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  /**
   * @param field path of the field at fault, its parts joined by dots: `messages.0.event`.
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly field?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether sending the same request again may succeed. */
  get retryable(): boolean {
    return this.code === 'unavailable' || this.code === 'rate_limited';
  }
}

/** The caller has used up a quota for now. */
export class RateLimited extends ProtocolError {
  /** @param retryAfter whole seconds. */
  constructor(
    message: string,
    readonly retryAfter: number,
    field?: string,
  ) {
    super('rate_limited', message, field);
  }
}
