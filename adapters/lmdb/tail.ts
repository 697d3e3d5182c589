import { indexFrom } from '../../broker/model/ascending';
import type { Seq, Time } from '../../broker/model/names';
import type { StoredEntry } from './block';

/** The newest entries of a log that are durable: ascending by seq, in practice without gaps. */
export class Tail {
  private entries: StoredEntry[] = [];

  add(entry: StoredEntry): void {
    const last = this.entries.at(-1);
    if (last === undefined || last.seq < entry.seq) this.entries.push(entry);
    else this.entries.splice(indexFrom(this.entries, entry.seq), 0, entry);
  }

  get(seq: Seq): StoredEntry | undefined {
    const entry = this.entries[indexFrom(this.entries, seq)];
    return entry?.seq === seq ? entry : undefined;
  }

  /** Up to `limit` entries from a number on, expired ones left out. */
  from(seq: Seq, limit: number, now: Time): StoredEntry[] {
    const found: StoredEntry[] = [];
    for (let i = indexFrom(this.entries, seq); i < this.entries.length && found.length < limit; i++) {
      const entry = this.entries[i];
      if (entry && entry.expiresAt > now) found.push(entry);
    }
    return found;
  }

  /** Forgets those up to a number. */
  dropThrough(seq: Seq): void {
    this.entries = this.entries.slice(indexFrom(this.entries, seq + 1));
  }
}
