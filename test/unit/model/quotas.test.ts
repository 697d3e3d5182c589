import { DEFAULT_QUOTAS, formatQuotas, LOOPBACK_QUOTAS, parseQuotas } from '../../../broker/model/quotas';

it('reads some by their names', () => {
  expect(parseQuotas('client.publishes=100, connection.frames = none')).toEqual({
    'client.publishes': 100,
    'connection.frames': Number.POSITIVE_INFINITY,
  });
});

it.each([DEFAULT_QUOTAS, LOOPBACK_QUOTAS, { 'client.queues': 1 }])('reads what it writes: %j', (quotas) => {
  expect(parseQuotas(formatQuotas(quotas))).toEqual(quotas);
});

it.each(['', 'client.queues', 'queues=1', '__proto__=1', 'toString=1', 'client.queues=1,'])(
  'refuses %j, and says what there is',
  (text) => {
    expect(() => parseQuotas(text)).toThrow(/must be NAME=NUMBER or NAME=none, the name one of connection\.frames, /);
  },
);

it.each(['0', '-1', '1.5', '1e3', 'Infinity', '', '9999999999999999'])('refuses an amount of %j', (amount) => {
  expect(() => parseQuotas(`client.queues=${amount}`)).toThrow('client.queues must be a whole number above 0, or none');
});

it.each(['1001', '2000', 'none', '0'])('refuses %s in flight: no window is larger than 1000', (amount) => {
  expect(() => parseQuotas(`subscription.inFlight=${amount}`)).toThrow(
    'subscription.inFlight must be a whole number from 1 to 1000',
  );
});

it.each([1, 1_000])('takes %d in flight', (amount) => {
  expect(parseQuotas(`subscription.inFlight=${amount}`)).toEqual({ 'subscription.inFlight': amount });
});
