import { pauseBefore } from '../../../client/backoff';

it('waits any time up to a span that doubles from one second to thirty', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 1_000].map((failures) => pauseBefore(failures, 1))).toEqual([
    1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(pauseBefore(4, 0)).toBe(0);
  expect(pauseBefore(4, 0.25)).toBe(4_000);
});
