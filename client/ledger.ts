import type { Connection } from './connection';
import { recognize, type Stage, type Verdict } from './recognize';
import { Settled } from './settled';
import type { FrameOf } from './wire';

/** A message as it comes over the wire. */
export type Delivered = FrameOf<'messages'>['messages'][number];

/** What this client knows of one message of one queue. */
export interface Entry {
  readonly seq: number;
  readonly event: string;
  stage: Stage;
  /** What came, until a handler is given it: what is remembered longer are no contents. */
  delivered: Delivered | undefined;
  /** Of the latest delivery. */
  attempt: number;
  /**
   * When the server will deliver it again unless it is extended. Milliseconds since 1970; rather too early than too
   * late.
   */
  dueAt: number;
  /** When its handler was given it. */
  startedAt: number;
  /** The connections that it came over. Messages that came over the same ones share the array. */
  cameOver: readonly Connection[];
  /** Why it was rejected. */
  reason?: string | undefined;
  /** Over which connection it was settled, and when. */
  settled?: { readonly over: Connection; readonly at: number } | undefined;
}

/** What became of a delivery. */
export interface Noted {
  readonly verdict: Verdict;
  readonly entry: Entry;
}

/** How many settled messages are remembered: more than any window holds. */
const REMEMBERED = 4_000;
/** A crash can lose only acks younger than this. Milliseconds. */
const FORGETTABLE_MS = 10_000;

/** All open messages of a queue in this client, and those that it settled lately. */
export class Ledger {
  private readonly open = new Map<number, Entry>();
  private recent = new Settled();
  /** An older generation of settled messages, which is forgotten as a whole. */
  private earlier = new Settled();
  /** The highest seq that came. A higher one is certainly new. */
  private highest = 0;

  /** Held and running. */
  entries(): IterableIterator<Entry> {
    return this.open.values();
  }

  /** Whether a message came already. */
  knows(seq: number): boolean {
    return this.find(seq) !== undefined;
  }

  /** Whether nothing is held or running. */
  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  has(entry: Entry): boolean {
    return this.open.get(entry.seq) === entry;
  }

  /** What is held or running. */
  get(seq: number): Entry | undefined {
    return this.open.get(seq);
  }

  /** The lowest seq that is held or running; Infinity if there is none. */
  lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const seq of this.open.keys()) if (seq < lowest) lowest = seq;
    return lowest;
  }

  /**
   * Takes note of a delivery.
   *
   * @param cameOver the connection, alone.
   */
  note(delivered: Delivered, cameOver: readonly [Connection], fresh: boolean, dueAt: number): Noted {
    const { seq, event, attempt } = delivered;
    const known = this.find(seq);
    if (known !== undefined) {
      const [over] = cameOver;
      const final = known.settled !== undefined && known.settled.over.heardAt - known.settled.at >= FORGETTABLE_MS;
      const cameHere = known.cameOver.includes(over);
      const verdict = recognize(known, { attempt, fresh, cameHere, final });
      if (verdict !== 'new') {
        if (!cameHere) known.cameOver = [...known.cameOver, over];
        // A further delivery may put the deadline off, never forward.
        if (attempt > known.attempt) known.dueAt = Math.max(known.dueAt, dueAt);
        known.attempt = Math.max(known.attempt, attempt);
        return { verdict, entry: known };
      }
      this.forget(seq);
    }
    const entry: Entry = {
      seq,
      event,
      stage: 'held',
      delivered,
      attempt,
      dueAt,
      startedAt: 0,
      cameOver,
      reason: undefined,
      settled: undefined,
    };
    this.open.set(seq, entry);
    if (seq > this.highest) this.highest = seq;
    return { verdict: 'new', entry };
  }

  /** Moves a message to those that are settled. */
  close(entry: Entry, stage: Exclude<Stage, 'held' | 'running'>): void {
    entry.stage = stage;
    entry.delivered = undefined;
    this.open.delete(entry.seq);
    this.recent.add(entry);
    if (this.recent.size < REMEMBERED) return;
    this.earlier = this.recent;
    this.recent = new Settled();
  }

  /** The cursor was moved back to here: settled messages from here on come again. Open ones are handled as they are. */
  goBack(from: number): void {
    for (const past of [this.recent.bySeq(), this.earlier.bySeq()])
      for (const seq of past.keys()) if (seq >= from) past.delete(seq);
  }

  /** This client moved the cursor: held messages are no longer owed, and settled ones may come again. */
  restart(): void {
    this.recent = new Settled();
    this.earlier = new Settled();
    for (const [seq, entry] of this.open) if (entry.stage === 'held') this.open.delete(seq);
  }

  private find(seq: number): Entry | undefined {
    if (seq > this.highest) return undefined;
    return this.open.get(seq) ?? this.recent.bySeq().get(seq) ?? this.earlier.bySeq().get(seq);
  }

  private forget(seq: number): void {
    this.recent.bySeq().delete(seq);
    this.earlier.bySeq().delete(seq);
  }
}
