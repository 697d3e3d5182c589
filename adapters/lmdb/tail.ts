import type { LogEntry } from '../../broker/model/message';
import type { Seq, Time } from '../../broker/model/names';

/** The newest entries of a log that are durable: ascending by seq, in practice without gaps. */
export class Tail {
  private entries: LogEntry[] = [];

  add(entry: LogEntry): void {
    const last = this.entries.at(-1);
    if (last === undefined || last.seq < entry.seq) this.entries.push(entry);
    else this.entries.splice(this.indexOf(entry.seq), 0, entry);
  }

  get(seq: Seq): LogEntry | undefined {
    const entry = this.entries[this.indexOf(seq)];
    return entry?.seq === seq ? entry : undefined;
  }

  /** Up to `limit` entries from a number on, expired ones left out. */
  from(seq: Seq, limit: number, now: Time): LogEntry[] {
    const found: LogEntry[] = [];
    for (let i = this.indexOf(seq); i < this.entries.length && found.length < limit; i++) {
      const entry = this.entries[i];
      if (entry && entry.expiresAt > now) found.push(entry);
    }
    return found;
  }

  /** Forgets those up to a number. */
  dropThrough(seq: Seq): void {
    this.entries = this.entries.slice(this.indexOf(seq + 1));
  }

  private indexOf(seq: Seq): number {
    const first = this.entries[0];
    if (first === undefined || seq <= first.seq) return 0;
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.entries[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
