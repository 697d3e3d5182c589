import * as fc from 'fast-check';
import { answerWithin, backoffSpan, retryAfterNack } from '../../../broker/decide/backoff';
import { settings } from './samples';

const { settings: defaults } = settings({});
const deadlines = fc.integer({ min: 1, max: 900 }).map((ackDeadline) => ({ ...defaults, ackDeadline }));
const attempts = fc.integer({ min: 0, max: 2000 });
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it.each([
  [30, 1, 30],
  [30, 2, 60],
  [30, 3, 120],
  [30, 4, 240],
  [30, 5, 480],
  [30, 6, 600],
  [30, 99, 600],
  [1, 1, 1],
  [600, 1, 600],
  [600, 2, 600],
  [900, 1, 900],
  [900, 2, 900],
])('with an ack deadline of %i s, attempt %i may take %i s', (ackDeadline, attempt, seconds) => {
  expect(backoffSpan({ ...defaults, ackDeadline }, attempt)).toBe(seconds * 1000);
});

it('doubles with each attempt, and never goes beyond 10 minutes or the deadline if that is more', () => {
  fc.assert(
    fc.property(deadlines, attempts, (of, attempt) => {
      const span = backoffSpan(of, attempt);
      const deadline = of.ackDeadline * 1000;
      const most = Math.max(600_000, deadline);
      expect(span).toBeGreaterThanOrEqual(deadline);
      expect(span).toBeLessThanOrEqual(most);
      expect(backoffSpan(of, Math.max(1, attempt) + 1)).toBe(Math.min(span * 2, most));
    }),
  );
});

it('lets an answer be late by up to a tenth, in whole milliseconds', () => {
  fc.assert(
    fc.property(deadlines, attempts, randoms, (of, attempt, random) => {
      const within = answerWithin(of, attempt, random);
      expect(Number.isInteger(within)).toBe(true);
      expect(within).toBeGreaterThanOrEqual(backoffSpan(of, attempt));
      expect(within).toBeLessThanOrEqual(backoffSpan(of, attempt) * 1.1);
    }),
  );
  expect(answerWithin(defaults, 1, 0.5)).toBe(31_500);
});

it('lets a nacked message wait anything up to the span', () => {
  fc.assert(
    fc.property(deadlines, attempts, randoms, (of, attempt, random) => {
      const after = retryAfterNack(of, attempt, random);
      expect(Number.isInteger(after)).toBe(true);
      expect(after).toBeGreaterThanOrEqual(0);
      expect(after).toBeLessThanOrEqual(backoffSpan(of, attempt));
    }),
  );
  expect(retryAfterNack(defaults, 2, 0.25)).toBe(15_000);
});
