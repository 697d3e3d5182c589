import type { Reading } from '../../../broker/decide/advance';
import type { LogEntry, Message, Tombstone } from '../../../broker/model/message';
import type { Seq, Time } from '../../../broker/model/names';
import { event, message } from './samples';

/** The simplest log there can be: numbers are taken, and written at once, later or never. */
export class ModelLog {
  head = 0;
  private headUntil: Time = 0;
  private readonly entries = new Map<Seq, LogEntry>();
  /** Taken, and not written yet. */
  private readonly taken = new Map<Seq, Message>();
  private readonly times: Time[] = [];

  constructor(private readonly retention: number) {}

  /** Takes a number. */
  take(name: string, now: Time): Seq {
    this.head += 1;
    const content = {
      event: event(name),
      publishedAt: now,
      expiresAt: now + this.retention,
      previousUntil: this.headUntil,
    };
    this.taken.set(this.head, message(this.head, content));
    this.headUntil = now + this.retention;
    this.times.push(now);
    return this.head;
  }

  /** Writes what was taken, unless a tombstone is there. */
  write(seq: Seq): void {
    const content = this.taken.get(seq);
    if (content !== undefined && !this.entries.has(seq)) this.entries.set(seq, content);
    this.taken.delete(seq);
  }

  /** When what is before a number was published, if that is retained; before the first there is nothing to lose. */
  since(seq: Seq, now: Time): { since?: Time } {
    const before = this.entries.get(seq - 1);
    if (seq === 1) return { since: this.takenAt(1) };
    return before === undefined || before.expiresAt <= now ? {} : { since: before.publishedAt };
  }

  takenAt(seq: Seq): Time {
    return this.times[seq - 1] ?? Infinity;
  }

  /** The numbers whose publishers may still write. */
  unwritten(): Seq[] {
    return [...this.taken.keys()];
  }

  /** Only where nothing is; what is expired is there until it is removed. */
  fill(tombstone: Tombstone): void {
    if (!this.entries.has(tombstone.seq)) this.entries.set(tombstone.seq, tombstone);
  }

  isWritten(seq: Seq): boolean {
    return this.entries.has(seq);
  }

  message(seq: Seq): Message | undefined {
    const entry = this.entries.get(seq);
    return entry === undefined || 'tombstone' in entry ? undefined : entry;
  }

  /** Whether retention has ended of what is there, or would be. */
  isExpired(seq: Seq, now: Time): boolean {
    const entry = this.entries.get(seq) ?? this.taken.get(seq);
    return entry !== undefined && entry.expiresAt <= now;
  }

  read(from: Seq, limit: number, due: readonly Seq[], now: Time): Reading {
    const entries: LogEntry[] = [];
    for (let seq = from; seq <= this.head && entries.length < limit; seq++) {
      const entry = this.entries.get(seq);
      if (entry !== undefined && entry.expiresAt > now) entries.push(entry);
    }
    const retained = (seq: Seq) => (this.isExpired(seq, now) ? undefined : this.message(seq));
    const tail = { head: this.head, headUntil: this.headUntil };
    return {
      due: new Map(due.map((seq) => [seq, retained(seq)])),
      entries,
      more: entries.length === limit,
      ...(entries.length === 0 && this.head >= from ? { tail } : {}),
    };
  }
}
