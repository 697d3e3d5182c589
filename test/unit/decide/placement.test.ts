import { isRoomy, shardOfLast, shardsFor } from '../../../broker/decide/placement';

it('needs a shard, and another when those it has are full, and gives up none', () => {
  expect(shardsFor({ subscribers: 0, placed: 0 }, 0, 10)).toBe(1);
  expect(shardsFor({ subscribers: 10, placed: 10 }, 1, 10)).toBe(1);
  expect(shardsFor({ subscribers: 11, placed: 11 }, 1, 10)).toBe(2);
  expect(shardsFor({ subscribers: 1, placed: 50 }, 5, 10)).toBe(5);
});

it('is roomy while a tenth of all places is free', () => {
  expect(isRoomy(18, 2, 10)).toBe(true);
  expect(isRoomy(19, 2, 10)).toBe(false);
});

it('fills one shard after the other, and serves them by turns when all have been filled once', () => {
  const shardOf = (placed: number) => shardOfLast({ subscribers: placed, placed }, 2, 10);
  expect([1, 10, 11, 20].map(shardOf)).toEqual([0, 0, 1, 1]);
  expect([21, 22, 23].map(shardOf)).toEqual([1, 0, 1]);
});
