import type { Flight } from './subscription';

const WAITING = 1;
const REDRIVEN = 2;
const DEAD = 4;
const ACKED = 8;

/** attempt, dueAt, flags, reason (0: none), then runs of consecutive seqs: distance from the end of the run before, length. */
type Group = [attempt: number, dueAt: number, flags: number, reason: string | 0, runs: number[]];

/**
 * Writes what is in flight compactly: what was delivered together shares everything but its seqs, and those come in
 * runs, so that a full window usually takes less than 100 bytes of a stored subscription.
 */
export function encodeFlights(flights: readonly Flight[]): string {
  const groups = new Map<string, { group: Group; end: number }>();
  for (const flight of flights) {
    const flags = flagsOf(flight);
    const reason = flight.reason ?? 0;
    const key = `${flight.attempt} ${flight.dueAt} ${flags} ${reason}`;
    let open = groups.get(key);
    if (open === undefined) {
      open = { group: [flight.attempt, flight.dueAt, flags, reason, []], end: 0 };
      groups.set(key, open);
    }
    const runs = open.group[4];
    const last = runs.length - 1;
    if (last > 0 && flight.seq === open.end) runs[last] = (runs[last] ?? 0) + 1;
    else runs.push(flight.seq - open.end, 1);
    open.end = flight.seq + 1;
  }
  return JSON.stringify([...groups.values()].map(({ group }) => group));
}

const flagsOf = ({ waiting, redriven, dead, acked }: Flight): number =>
  (waiting ? WAITING : 0) | (redriven ? REDRIVEN : 0) | (dead ? DEAD : 0) | (acked ? ACKED : 0);

/** The inverse of {@link encodeFlights}. */
export function decodeFlights(text: string): Flight[] {
  const flights: Flight[] = [];
  for (const [attempt, dueAt, flags, reason, runs] of JSON.parse(text) as Group[]) {
    let end = 0;
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const from = end + (runs[i] ?? 0);
      end = from + (runs[i + 1] ?? 0);
      for (let seq = from; seq < end; seq++) {
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
