import { afterEnding, type Ending } from '../../../client/ending';

const next = (ending: Omit<Ending, 'reason'>, renews = false) => {
  const decided = afterEnding({ ...ending, reason: 'so it is' }, renews);
  return 'stop' in decided ? decided.stop.code : decided.reconnect;
};

it.each([
  [1000, 'later'],
  [1001, 'later'],
  [1006, 'later'],
  [1009, 'later'],
  [4000, 'dismissed'],
  [4029, 'dismissed'],
  [4099, 'dismissed'],
  [4100, 'later'],
  [4199, 'later'],
  [4200, 'now'],
  [4299, 'now'],
  [4300, 'later'],
])('after code %i it is %s', (code, decided) => {
  expect(next({ code })).toBe(decided);
});

it.each([
  [400, 'dismissed'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [404, 'dismissed'],
  [429, 'later'],
  [500, 'later'],
  [503, 'later'],
])('refused with HTTP status %i it is %s', (status, decided) => {
  expect(next({ code: 1006, status })).toBe(decided);
});

it('tries another token, if there is one, where a credential is refused or has expired', () => {
  expect(next({ status: 401 }, true)).toBe('later');
  expect(next({ status: 403 }, true)).toBe('later');
  expect(next({ code: 4001 }, true)).toBe('now');
  expect(next({ code: 4001 })).toBe('unauthenticated');
});
