import { LIFETIME_OVER, SHUTTING_DOWN, shouldReconnect, tooManyConnections } from '../../../broker/protocol/closing';

it.each([
  [4000, false],
  [4099, false],
  [4100, true],
  [4199, true],
  [4200, true],
  [4299, true],
])('a client that is told %i reconnects: %s', (code, reconnects) => {
  expect(shouldReconnect(code)).toBe(reconnects);
});

it('a server that ends wants its clients back, with back-off', () => {
  expect(SHUTTING_DOWN.code).toBeGreaterThanOrEqual(4100);
  expect(SHUTTING_DOWN.code).toBeLessThan(4200);
});

it('a connection that lasted as long as it may is followed by another at once', () => {
  expect(LIFETIME_OVER.code).toBeGreaterThanOrEqual(4200);
  expect(LIFETIME_OVER.code).toBeLessThan(4300);
});

it('a connection too many is not tried again', () => {
  expect(shouldReconnect(tooManyConnections(10).code)).toBe(false);
});
