import { ERROR_CODES, ProtocolError } from '../../../broker/protocol/errors';

it('only what may succeed when it is sent again is retryable', () => {
  const retryable = ERROR_CODES.filter((code) => new ProtocolError(code, 'because').retryable);
  expect(retryable).toEqual(['rate_limited', 'unavailable']);
});

it('keeps its cause and the field at fault', () => {
  const cause = new Error('why');
  const error = new ProtocolError('invalid', 'events must be an array', 'events', { cause });
  expect(error).toMatchObject({ name: 'ProtocolError', cause, field: 'events', message: 'events must be an array' });
});
