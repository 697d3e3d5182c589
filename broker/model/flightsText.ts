import type { Flight } from './subscription';

const WAITING = 1;
const REDRIVEN = 2;
const DEAD = 4;
const ACKED = 8;

/**
 * Flights that differ only in seq and time: attempt, flags, reason (0: none), and runs, divided by spaces. A run is a
 * row of consecutive seqs that are due at the same time.
 *
 * A run is written as `gap+length:due`, in base 36: the distance from the end of the run before, the number of seqs,
 * and how much later than that run it is due, in milliseconds. A gap or due of 0 and a length of 1 are left out.
 */
type Group = readonly [attempt: number, flags: number, reason: string | 0, runs: string];

const BASE = 36;

interface Run {
  readonly from: number;
  readonly dueAt: number;
  length: number;
}

/**
 * Writes flights compactly, because writes are charged by the KB. Messages delivered together take some 10 bytes in
 * all; messages delivered one at a time take some 5 bytes each.
 */
export function encodeFlights(flights: readonly Flight[]): string {
  const groups = new Map<string, { attempt: number; flags: number; reason: string | 0; runs: Run[] }>();
  for (const flight of flights) {
    const flags = flagsOf(flight);
    const { attempt, reason = 0 } = flight;
    const key = JSON.stringify([attempt, flags, reason]);
    let group = groups.get(key);
    if (group === undefined) {
      group = { attempt, flags, reason, runs: [] };
      groups.set(key, group);
    }
    const last = group.runs.at(-1);
    if (last && last.from + last.length === flight.seq && last.dueAt === flight.dueAt) last.length += 1;
    else group.runs.push({ from: flight.seq, dueAt: flight.dueAt, length: 1 });
  }
  const written = [...groups.values()].map(({ attempt, flags, reason, runs }): Group => {
    return [attempt, flags, reason, encodeRuns(runs)];
  });
  return JSON.stringify(written);
}

/** The inverse of {@link encodeFlights}. */
export function decodeFlights(text: string): Flight[] {
  const flights: Flight[] = [];
  for (const [attempt, flags, reason, runs] of JSON.parse(text) as Group[]) {
    for (const { from, length, dueAt } of decodeRuns(runs)) {
      for (let seq = from; seq < from + length; seq++) {
        flights.push({
          seq,
          attempt,
          dueAt,
          ...(flags & WAITING ? { waiting: true } : {}),
          ...(flags & REDRIVEN ? { redriven: true } : {}),
          ...(flags & DEAD ? { dead: true } : {}),
          ...(flags & ACKED ? { acked: true } : {}),
          ...(reason === 0 ? {} : { reason }),
        });
      }
    }
  }
  return flights.sort((a, b) => a.seq - b.seq);
}

const flagsOf = ({ waiting, redriven, dead, acked }: Flight): number =>
  (waiting ? WAITING : 0) | (redriven ? REDRIVEN : 0) | (dead ? DEAD : 0) | (acked ? ACKED : 0);

const digits = (value: number): string => (value === 0 ? '' : value.toString(BASE));
const numberOf = (written: string | undefined): number => (written ? Number.parseInt(written, BASE) : 0);

function encodeRuns(runs: readonly Run[]): string {
  let end = 0;
  let due = 0;
  const written = runs.map(({ from, length, dueAt }) => {
    const run = `${digits(from - end)}${length === 1 ? '' : `+${length.toString(BASE)}`}:${digits(dueAt - due)}`;
    end = from + length;
    due = dueAt;
    return run;
  });
  return written.join(' ');
}

function decodeRuns(text: string): Run[] {
  let end = 0;
  let dueAt = 0;
  return text.split(' ').map((written) => {
    const [place = '', due] = written.split(':');
    const [gap, length] = place.split('+');
    const run = {
      from: end + numberOf(gap),
      length: length === undefined ? 1 : numberOf(length),
      dueAt: dueAt + numberOf(due),
    };
    end = run.from + run.length;
    dueAt = run.dueAt;
    return run;
  });
}
