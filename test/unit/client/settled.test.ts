import type { Entry } from '../../../client/ledger';
import { Settled } from '../../../client/settled';

const entry = (seq: number, attempt = 1): Entry => ({
  seq,
  event: 'created',
  stage: 'acked',
  delivered: undefined,
  attempt,
  dueAt: 0,
  startedAt: 0,
  cameOver: [],
});

it('finds what was added, also since it was last asked', () => {
  const settled = new Settled();
  settled.add(entry(1));
  expect([...settled.bySeq().keys()]).toEqual([1]);
  settled.add(entry(2));
  expect([...settled.bySeq().keys()]).toEqual([1, 2]);
  expect(settled.size).toBe(2);
});

it('finds the last of those that were settled more than once', () => {
  const settled = new Settled();
  settled.add(entry(1, 1));
  settled.add(entry(1, 2));
  expect(settled.bySeq().get(1)?.attempt).toBe(2);
});

it('finds no more what was removed', () => {
  const settled = new Settled();
  settled.add(entry(1));
  settled.add(entry(2));
  settled.bySeq().delete(1);
  settled.add(entry(3));
  expect([...settled.bySeq().keys()]).toEqual([2, 3]);
});
