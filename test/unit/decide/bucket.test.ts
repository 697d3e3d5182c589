import * as fc from 'fast-check';
import { type Bucket, draw, isFull } from '../../../broker/decide/bucket';

it('gives a second’s worth at once, and then as much as comes in', () => {
  let bucket: Bucket | undefined;
  const take = (amount: number, now: number) => {
    const drawn = draw(bucket, 10, amount, now);
    bucket = drawn.bucket;
    return drawn.wait;
  };
  expect(take(10, 0)).toBe(0);
  expect(take(1, 0)).toBe(100);
  expect(take(1, 99)).toBe(1);
  expect(take(1, 100)).toBe(0);
  expect(take(5, 200)).toBe(400);
  expect(take(5, 600)).toBe(0);
});

it('gives what is more than it holds when it is full, and owes it', () => {
  const first = draw(undefined, 10, 100, 0);
  expect(first.wait).toBe(0);
  expect(draw(first.bucket, 10, 1, 0).wait).toBe(9_100);
  expect(draw(first.bucket, 10, 100, 9_900).wait).toBe(100);
  expect(draw(first.bucket, 10, 100, 10_000).wait).toBe(0);
});

it('is not moved by a clock that is set back', () => {
  const { bucket } = draw(undefined, 10, 10, 10_000);
  expect(draw(bucket, 10, 1, 0).wait).toBe(100);
});

it('is full again after a second in which nobody took anything', () => {
  const { bucket } = draw(undefined, 10, 10, 0);
  expect(isFull(bucket, 10, 999)).toBe(false);
  expect(isFull(bucket, 10, 1_000)).toBe(true);
});

it('never gives more than its rate over any time, beyond the second’s worth it holds, and never refuses for longer than it says', () => {
  const draws = fc.array(fc.record({ pause: fc.nat(2_000), amount: fc.integer({ min: 1, max: 30 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), draws, (rate, steps) => {
      let bucket: Bucket | undefined;
      let now = 0;
      let given = 0;
      let largest = 0;
      for (const { pause, amount } of steps) {
        now += pause;
        const drawn = draw(bucket, rate, amount, now);
        if (drawn.wait > 0) expect(draw(drawn.bucket, rate, amount, now + drawn.wait).wait).toBe(0);
        else {
          given += amount;
          largest = Math.max(largest, amount);
        }
        bucket = drawn.bucket;
        expect(given).toBeLessThanOrEqual((rate * now) / 1_000 + Math.max(rate, largest) + 1e-6);
      }
    }),
  );
});
