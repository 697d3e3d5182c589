import { AVOIDED, FAULTS } from './faults';
import type { Tally } from './tally';

/** So many runs are enough for every fault and every transition to occur. */
export const ENOUGH = 500;

/** What has to happen in as many, or they prove less than they seem to. */
const TRANSITIONS = [
  'subscription made',
  'subscription ended',
  'anonymous subscription ended',
  'first delivery',
  'passed over',
  'window full',
  'redelivery',
  'redelivery after a nack',
  'acked',
  'nacked',
  'rejected',
  'died of its attempts',
  'dead letter',
  'redriven',
  'acked after a redrive',
  'seek',
  'attempt given back',
  'cursor given back',
  'gone by retention',
  'flight gone by retention',
  'gap',
  'flight no longer wanted',
  'duplicate publish',
  'tombstone',
  'told that others settled',
  'push to a connection that is gone',
  'time limit',
] as const;

const EXPECTED = [...FAULTS.filter((fault) => !AVOIDED.includes(fault)), ...TRANSITIONS];

/** What of the faults and transitions did not occur. */
export const missing = (tally: Tally): string[] => EXPECTED.filter((what) => tally.of(what) === 0);

/** What the broker is to leave no room for, and did. */
export const unwelcome = (tally: Tally): string[] => AVOIDED.filter((what) => tally.of(what) > 0);

/** How often everything occurred, as lines. */
export function table(tally: Tally): string[] {
  const isFault = new Set<string>(FAULTS);
  const lines = (names: readonly string[]) => names.map((what) => `${String(tally.of(what)).padStart(9)}  ${what}`);
  const others = [...tally.counts.keys()].filter((what) => !isFault.has(what)).sort();
  return ['faults', ...lines(FAULTS), 'what happened', ...lines(others)];
}
