import { answerWithin, needingTime } from '../../../client/deadlines';
import type { Entry } from '../../../client/ledger';

const NOW = 1_000_000;
const DEADLINE = 30_000;

const entry = (seq: number, fields: Partial<Entry> = {}): Entry => ({
  seq,
  event: 'created',
  stage: 'running',
  delivered: undefined,
  attempt: 1,
  dueAt: NOW + 10_000,
  startedAt: NOW - 20_000,
  cameOver: [],
  ...fields,
});

const needing = (entries: Entry[], limit = 900_000, isWanted = true): number[] =>
  needingTime(entries, NOW, { deadline: DEADLINE, isWanted: () => isWanted, limitOf: () => limit }).map(
    ({ seq }) => seq,
  );

it('gives time to what has less than half of its deadline left', () => {
  expect(needing([entry(1, { dueAt: NOW + 14_999 }), entry(2, { dueAt: NOW + 15_000 })])).toEqual([1]);
});

it('gives no more time to a handler that has reached its limit', () => {
  expect(needing([entry(1), entry(2, { startedAt: NOW - 5_000 })], 20_000)).toEqual([2]);
});

it('gives time to what waits for its turn, if someone here wants it', () => {
  const held = entry(1, { stage: 'held' });
  expect(needing([held])).toEqual([1]);
  expect(needing([held], 900_000, false)).toEqual([]);
});

it('gives no time to what waits where all handlers have reached their limit', () => {
  const held = entry(1, { stage: 'held' });
  expect(needing([held, entry(2), entry(3)], 20_000)).toEqual([]);
  expect(needing([held, entry(2), entry(3, { startedAt: NOW })], 20_000)).toEqual([3, 1]);
});

it('knows how long the server waits: doubled with each attempt, up to 10 minutes or the deadline', () => {
  expect([1, 2, 3, 5, 6, 100].map((attempt) => answerWithin(DEADLINE, attempt) / 1000)).toEqual([
    30, 60, 120, 480, 600, 600,
  ]);
  expect(answerWithin(900_000, 3)).toBe(900_000);
});
