import { InvalidRequest } from './errors';

/**
 * Refuses a payload that JSON cannot express, and that `JSON.stringify` would silently leave out or turn into `null`: a
 * function, a symbol, NaN and the infinities. Only the payload itself is checked; values inside it become what
 * `JSON.stringify` makes of them. Undefined means that the payload was left out.
 *
 * @throws InvalidRequest
 */
export function expectJsonValue(payload: unknown, field = 'payload'): void {
  const type = typeof payload;
  if (type === 'function' || type === 'symbol' || (type === 'number' && !Number.isFinite(payload)))
    throw new InvalidRequest(`a payload must be a JSON value, not ${type === 'number' ? payload : `a ${type}`}`, field);
}
