import { acksOf, gatherFor, gatherUpTo } from '../../../client/acks';

const NONE_OPEN = Number.POSITIVE_INFINITY;

it('names what was handled, in order', () => {
  expect(acksOf([5, 3, 4], false, NONE_OPEN)).toEqual([{ seqs: [3, 4, 5] }]);
});

it('names one that was acked again once', () => {
  expect(acksOf([5, 3, 5], false, NONE_OPEN)).toEqual([{ seqs: [3, 5] }]);
});

it('says up to where, if all below is handled for sure', () => {
  expect(acksOf([5, 3, 4], true, NONE_OPEN)).toEqual([{ upTo: 5 }]);
  expect(acksOf([5, 3, 4], true, 6)).toEqual([{ upTo: 5 }]);
});

it('names a single message, which is no longer', () => {
  expect(acksOf([5], true, NONE_OPEN)).toEqual([{ seqs: [5] }]);
});

it('names each where one below is not handled', () => {
  expect(acksOf([3, 5], true, 4)).toEqual([{ seqs: [3, 5] }]);
});

it('names at most 1,000 in a frame', () => {
  const seqs = Array.from({ length: 2_500 }, (_, index) => index + 1);
  expect(acksOf(seqs, false, NONE_OPEN).map((acked) => ('seqs' in acked ? acked.seqs.length : 0))).toEqual([
    1_000, 1_000, 500,
  ]);
});

it('gathers for as long as it is told, but no longer than a third of the deadline', () => {
  expect(gatherFor(1_000, 30)).toBe(1_000);
  expect(gatherFor(1_000, 1)).toBeCloseTo(333.3, 0);
  expect(gatherFor(0, 30)).toBe(0);
});

it('gathers a quarter of the window, and at least one', () => {
  expect([1, 3, 4, 100, 1_000].map(gatherUpTo)).toEqual([1, 1, 1, 25, 250]);
});
