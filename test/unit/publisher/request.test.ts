import { InvalidRequest } from '../../../client/errors';
import { requestOf } from '../../../publisher/request';

const withPayload = (payload: unknown) => requestOf({ queue: 'orders', event: 'created', payload });

test.each<[unknown]>([[1n], [() => 1], [Symbol('seven')], [Number.NaN], [Number.POSITIVE_INFINITY]])(
  'A payload that is no JSON value is refused: %p',
  (payload) => {
    expect(() => withPayload(payload)).toThrow(InvalidRequest);
  },
);

test.each<[unknown, unknown]>([
  [null, null],
  [0, 0],
  [{ at: Number.NaN }, { at: null }],
])('The payload %j goes as %j', (payload, sent) => {
  expect(JSON.parse(JSON.stringify(withPayload(payload)))).toMatchObject({ payload: sent });
});
