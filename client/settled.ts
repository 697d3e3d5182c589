import type { Entry } from './ledger';

/** Settled messages. They are many and seldom asked for: they are indexed only then. */
export class Settled {
  private readonly index = new Map<number, Entry>();
  private unindexed: Entry[] = [];
  private count = 0;

  /** How many were added. */
  get size(): number {
    return this.count;
  }

  add(entry: Entry): void {
    this.unindexed.push(entry);
    this.count += 1;
  }

  /** All that were not removed, by seq. What is removed from here is forgotten. */
  bySeq(): Map<number, Entry> {
    for (const entry of this.unindexed) this.index.set(entry.seq, entry);
    this.unindexed = [];
    return this.index;
  }
}
