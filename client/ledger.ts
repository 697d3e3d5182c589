import type { Connection } from './connection';
import { recognize, type Stage, type Verdict } from './recognize';
import type { FrameOf } from './wire';

/** A message as it comes over the wire. */
export type Delivered = FrameOf<'messages'>['messages'][number];

/** What this client knows of one message of one queue. */
export interface Entry {
  readonly delivered: Delivered;
  stage: Stage;
  /** Of the latest delivery. */
  attempt: number;
  /** When the server takes it back unless it is told otherwise. Milliseconds since 1970, on the safe side. */
  dueAt: number;
  /** When its handler was given it. */
  startedAt: number;
  /** The connections that it came over. */
  readonly cameOver: Set<Connection>;
  /** Why it was rejected. */
  reason?: string | undefined;
  /** Over which connection it was settled, and when. */
  settled?: { readonly over: Connection; readonly at: number } | undefined;
}

/** Settled messages that are remembered: more than any window holds. */
const REMEMBERED = 4_000;
/** What a server may forget in a crash is younger than this. Milliseconds. */
const FORGETTABLE_MS = 10_000;

/** All messages of a queue that this client has, and those that it settled lately. */
export class Ledger {
  private readonly open = new Map<number, Entry>();
  private readonly past = new Map<number, Entry>();

  /** Held and running. */
  entries(): IterableIterator<Entry> {
    return this.open.values();
  }

  /** Whether a message came already. */
  knows(seq: number): boolean {
    return this.open.has(seq) || this.past.has(seq);
  }

  /** Whether nothing is held or running. */
  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  has(entry: Entry): boolean {
    return this.open.get(entry.delivered.seq) === entry;
  }

  get(seq: number): Entry | undefined {
    return this.open.get(seq);
  }

  /** The lowest seq that is held or running; Infinity if there is none. */
  lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const seq of this.open.keys()) if (seq < lowest) lowest = seq;
    return lowest;
  }

  /** Takes note of a delivery. */
  note(delivered: Delivered, over: Connection, fresh: boolean, dueAt: number): { verdict: Verdict; entry: Entry } {
    const { seq, attempt } = delivered;
    const known = this.open.get(seq) ?? this.past.get(seq);
    const final = known?.settled !== undefined && known.settled.over.heardAt - known.settled.at >= FORGETTABLE_MS;
    const cameHere = known?.cameOver.has(over) ?? false;
    const verdict = recognize(known, { attempt, fresh, cameHere, final });
    if (known !== undefined && verdict !== 'new') {
      known.cameOver.add(over);
      // Seen again, it may be due later than it was, never sooner.
      if (attempt > known.attempt) known.dueAt = Math.max(known.dueAt, dueAt);
      known.attempt = Math.max(known.attempt, attempt);
      return { verdict, entry: known };
    }
    const entry: Entry = { delivered, stage: 'held', attempt, dueAt, startedAt: 0, cameOver: new Set([over]) };
    this.past.delete(seq);
    this.open.set(seq, entry);
    return { verdict, entry };
  }

  /** Moves a message to those that are settled. */
  close(entry: Entry, stage: Exclude<Stage, 'held' | 'running'>): void {
    const { seq } = entry.delivered;
    entry.stage = stage;
    this.open.delete(seq);
    this.past.delete(seq);
    this.past.set(seq, entry);
    // Many at a time: to find the oldest, a map walks past all that were removed before it.
    if (this.past.size < 2 * REMEMBERED) return;
    for (const oldest of this.past.keys()) {
      if (this.past.size <= REMEMBERED) break;
      this.past.delete(oldest);
    }
  }

  /** The cursor was moved back to here: what was settled from here on comes again. What is open is handled as it is. */
  goBack(from: number): void {
    for (const seq of this.past.keys()) if (seq >= from) this.past.delete(seq);
  }

  /** The cursor was moved by this client: what is held is not owed any more, and what was settled may come again. */
  restart(): void {
    this.past.clear();
    for (const [seq, entry] of this.open) if (entry.stage === 'held') this.open.delete(seq);
  }
}
