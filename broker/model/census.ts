import type { Time } from './names';
import type { Flight, Subscription } from './subscription';

/** What is in flight, counted. */
export interface Census {
  /** Delivered, and neither settled nor waiting to be delivered again. */
  readonly delivered: number;
  /** Nacked or redriven, and not delivered again yet. */
  readonly waiting: number;
  /** Decided dead: settled for the subscriber, and held until the dead letter is stored or removed. */
  readonly dead: number;
  /** Of the dead, those that were redriven and acked. */
  readonly acked: number;
  /** When the first of those that are not dead is due; Infinity if there is none. */
  readonly due: Time;
  /** When the first of all is due; Infinity if there is none. */
  readonly dueWithDead: Time;
}

const known = new WeakMap<readonly Flight[], Census>();

/** So many are counted sooner than a count is remembered and found. */
const FEW = 8;

/** Counts what is in flight. The count is remembered for each state, since a window may hold a thousand. */
export function censusOf(inFlight: readonly Flight[]): Census {
  if (inFlight.length <= FEW) return count(inFlight);
  let census = known.get(inFlight);
  if (census === undefined) {
    census = count(inFlight);
    known.set(inFlight, census);
  }
  return census;
}

function count(inFlight: readonly Flight[]): Census {
  let waiting = 0;
  let dead = 0;
  let acked = 0;
  let due = Number.POSITIVE_INFINITY;
  let dueWithDead = Number.POSITIVE_INFINITY;
  for (const flight of inFlight) {
    if (flight.dueAt < dueWithDead) dueWithDead = flight.dueAt;
    if (flight.dead) {
      dead += 1;
      if (flight.acked) acked += 1;
      continue;
    }
    if (flight.waiting) waiting += 1;
    if (flight.dueAt < due) due = flight.dueAt;
  }
  return { delivered: inFlight.length - waiting - dead, waiting, dead, acked, due, dueWithDead };
}

/** The flights that count: what is decided dead is settled. */
export const countInFlight = ({ inFlight }: Subscription): number => inFlight.length - censusOf(inFlight).dead;
