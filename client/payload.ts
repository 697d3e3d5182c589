import { InvalidRequest } from './errors';

/**
 * Refuses a payload that JSON has no form for, and that `JSON.stringify` would leave out or make `null` of without a word:
 * a function, a symbol, NaN and the infinities. Only the payload itself is looked at: what it holds becomes what
 * `JSON.stringify` makes of it. Undefined is a payload left out.
 *
 * @throws InvalidRequest
 */
export function expectJsonValue(payload: unknown, field = 'payload'): void {
  const type = typeof payload;
  if (type === 'function' || type === 'symbol' || (type === 'number' && !Number.isFinite(payload)))
    throw new InvalidRequest(`a payload must be a JSON value, not ${type === 'number' ? payload : `a ${type}`}`, field);
}
