import { indexFrom } from '../model/ascending';
import { type LogEntry, sizeOf } from '../model/message';
import type { QueueName, Seq, Time } from '../model/names';
import type { MessageLog } from '../ports';

/** Part of a log. */
export interface Slice {
  readonly entries: readonly LogEntry[];
  /** Whether the log may go on after them. */
  readonly more: boolean;
}

interface Known extends Slice {
  /** When the first of them expires. */
  readonly expiresAt: Time;
}

/** The result of one read of the log: every entry from one number up to another. */
interface Stretch {
  readonly from: Seq;
  readonly limit: number;
  readonly slice: Promise<Known>;
  /** Everything below this is known. During the read: as far as its limit is certain to reach. */
  through: Seq;
  /** The size of its entries; 0 while it is being read. Characters. */
  size: number;
}

/** How much of a log is held at most, beside what was read last. Characters. */
const HELD = 4_000_000;
/** How far before the number asked for a read may begin, to serve subscriptions that are behind it too. */
const LEAD = 250;

/**
 * The parts of a log that were read lately. A read of a part that is known, or being read, is served from it. Entries
 * that are written later are not seen, so this must not live longer than the wake-up that it serves.
 */
export class Stretches {
  private held: Stretch[] = [];
  private size = 0;
  /** The slices that were returned, since many subscriptions are at the same place. */
  private readonly told = new Map<Seq, { limit: number; slice: Promise<Known> }>();

  /** @param behind the lowest `next` in [from, upTo) of subscriptions that still have to read; `upTo` if none. */
  constructor(
    private readonly log: Pick<MessageLog, 'read'>,
    private readonly queue: QueueName,
    private readonly behind: (from: Seq, upTo: Seq, isKnown: (seq: Seq) => boolean) => Seq,
  ) {}

  /**
   * Reads on from a number.
   *
   * @param limit how many entries: fewer are returned only if no more follow, more if they are known already.
   * @returns ascending by seq, those expired left out.
   */
  async read(from: Seq, limit: number, now: Time): Promise<Slice> {
    const known = this.told.get(from);
    if (known && known.limit >= limit) {
      const slice = await known.slice;
      if (slice.expiresAt > now) return slice;
    }
    const slice = this.gather(from, limit, now);
    this.told.set(from, { limit, slice });
    try {
      return await slice;
    } catch (failure) {
      if (this.told.get(from)?.slice === slice) this.told.delete(from);
      throw failure;
    }
  }

  /** The log was changed: nothing is known of it. */
  forget(): void {
    this.held = [];
    this.size = 0;
    this.told.clear();
  }

  private async gather(from: Seq, limit: number, now: Time): Promise<Known> {
    const found: LogEntry[] = [];
    let earliest = Infinity;
    for (let at = from; ; ) {
      const stretch = await this.at(at, limit - found.length, now);
      const slice = await stretch.slice;
      const { entries, more, expiresAt } = slice;
      if (stretch.from === from && stretch.limit >= limit && expiresAt > now) return slice;
      for (let index = indexFrom(entries, at); index < entries.length; index++) {
        const entry = entries[index];
        if (entry === undefined || entry.expiresAt <= now) continue;
        if (found.length === limit) return { entries: found, more: true, expiresAt: earliest };
        found.push(entry);
        if (entry.expiresAt < earliest) earliest = entry.expiresAt;
      }
      if (!more || found.length === limit) return { entries: found, more, expiresAt: earliest };
      at = stretch.through;
    }
  }

  /**
   * The part that begins at or before a number, read if it is not known. If a read that another began fails, reads
   * again.
   */
  private async at(from: Seq, limit: number, now: Time): Promise<Stretch> {
    const known = this.covering(from) ?? this.begin(from, limit, now);
    try {
      await known.slice;
      return known;
    } catch (failure) {
      if (known.from === from) throw failure;
      return this.start(from, limit, now);
    }
  }

  /** The latest part that covers a number. */
  private covering(seq: Seq): Stretch | undefined {
    return this.held.findLast(({ from, through }) => from <= seq && seq < through);
  }

  /** Reads the part asked for, and before it what subscriptions that are a little behind need. */
  private begin(asked: Seq, limit: number, now: Time): Stretch {
    const from = this.behind(asked - LEAD, asked, (seq) => this.covering(seq) !== undefined);
    return this.start(from, asked - from + limit, now);
  }

  private start(from: Seq, limit: number, now: Time): Stretch {
    const reading = this.log.read(this.queue, from, limit, now);
    const slice = reading.then(
      (entries) => this.keep(stretch, entries),
      (failure) => {
        this.drop(stretch);
        throw failure;
      },
    );
    const stretch: Stretch = { from, limit, slice, through: from + limit, size: 0 };
    this.held.push(stretch);
    return stretch;
  }

  private keep(stretch: Stretch, entries: readonly LogEntry[]): Known {
    const more = entries.length >= stretch.limit;
    stretch.through = more ? (entries.at(-1)?.seq ?? 0) + 1 : Infinity;
    let expiresAt = Infinity;
    let size = 1;
    for (const entry of entries) {
      size += sizeOf(entry);
      if (entry.expiresAt < expiresAt) expiresAt = entry.expiresAt;
    }
    if (this.held.includes(stretch)) {
      stretch.size = size;
      this.size += size;
      this.dropAllBut(stretch);
    }
    return { entries, more, expiresAt };
  }

  /** Drops the oldest parts until the rest is small enough. */
  private dropAllBut(last: Stretch): void {
    while (this.size > HELD) {
      const oldest = this.held.find((one) => one.size > 0 && one !== last);
      if (oldest === undefined) return;
      this.drop(oldest);
      this.told.clear();
    }
  }

  private drop(stretch: Stretch): void {
    const index = this.held.indexOf(stretch);
    if (index < 0) return;
    this.held.splice(index, 1);
    this.size -= stretch.size;
  }
}
