import { indexFrom } from '../../broker/model/ascending';
import { isTombstone, type LogEntry, type Message, type Tombstone } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { Place } from '../../broker/model/place';
import type { Appended, Draft, MessageLog } from '../../broker/ports';
import type { MemoryQueues } from './queues';

/** One queue's messages, and where the chosen ids stand. */
class Log {
  /** Ascending by seq. */
  readonly entries: LogEntry[] = [];
  readonly markers = new Map<string, Place>();

  at(seq: Seq): LogEntry | undefined {
    const entry = this.entries[indexFrom(this.entries, seq)];
    return entry?.seq === seq ? entry : undefined;
  }

  /** Puts an entry where nothing is. Returns what is there then. */
  put(entry: LogEntry): LogEntry {
    const index = indexFrom(this.entries, entry.seq);
    const there = this.entries[index];
    if (there?.seq === entry.seq) return there;
    this.entries.splice(index, 0, entry);
    return entry;
  }
}

/**
 * The logs, in this process.
 *
 * An append first takes its numbers and then puts its messages, as in stores where these are two writes. `between` is
 * awaited in the middle: a test can let others run there, or crash the publisher by throwing.
 */
export class MemoryLog implements MessageLog {
  private readonly logs = new Map<QueueName, Log>();

  constructor(
    private readonly queues: MemoryQueues,
    private readonly between?: () => Promise<void>,
  ) {}

  async append(queue: QueueName, drafts: readonly Draft[], now: Time, expiresAt: Time): Promise<Appended[]> {
    const log = this.log(queue);
    const places = this.place(queue, log, drafts, now, expiresAt);
    if (this.between !== undefined) await this.between();
    const answers: Appended[] = [];
    for (const [i, draft] of drafts.entries()) {
      const place = places[i];
      answers.push(
        place === undefined
          ? { seq: log.markers.get(draft.id)?.seq ?? 0, id: draft.id, duplicate: true }
          : await this.put(queue, log, draft, place, now, expiresAt),
      );
    }
    return answers;
  }

  async read(queue: QueueName, from: Seq, limit: number, now: Time): Promise<LogEntry[]> {
    const { entries } = this.log(queue);
    const found: LogEntry[] = [];
    for (let i = indexFrom(entries, from); i < entries.length && found.length < limit; i++) {
      const entry = entries[i];
      if (entry !== undefined && entry.expiresAt > now) found.push(entry);
    }
    return found;
  }

  async get(queue: QueueName, seqs: readonly Seq[], now: Time): Promise<Message[]> {
    const log = this.log(queue);
    return seqs.flatMap((seq) => {
      const entry = log.at(seq);
      return entry === undefined || isTombstone(entry) || entry.expiresAt <= now ? [] : [entry];
    });
  }

  async fill(queue: QueueName, tombstone: Tombstone): Promise<boolean> {
    return this.log(queue).put(tombstone) === tombstone;
  }

  /** Gives each draft its number; undefined for drafts that are duplicates of the log, or of an earlier draft. */
  private place(
    queue: QueueName,
    log: Log,
    drafts: readonly Draft[],
    now: Time,
    expiresAt: Time,
  ): (Place | undefined)[] {
    const unfinished = new Set<string>();
    const placed = drafts.map((draft) => {
      const marker = draft.idempotent ? log.markers.get(draft.id) : undefined;
      const entry = marker && log.at(marker.seq);
      const isThere = marker !== undefined && marker.expiresAt > now && entry !== undefined && !isTombstone(entry);
      if (draft.idempotent && (unfinished.has(draft.id) || isThere)) return undefined;
      if (draft.idempotent) unfinished.add(draft.id);
      // Who subscribed since an earlier try took its number is behind that, and owed what is published now.
      if (marker !== undefined && entry === undefined) log.put({ ...marker, tombstone: true });
      return 'new';
    });
    const fresh = drafts.filter((_, i) => placed[i] === 'new');
    if (fresh.length === 0) return placed.map(() => undefined);
    const events = fresh.map(({ event }) => event);
    let { first: seq, previousUntil } = this.queues.take(queue, fresh.length, events, now, expiresAt);
    return placed.map((place, i) => {
      if (place !== 'new') return undefined;
      const taken: Place = { seq, previousUntil, publishedAt: now, expiresAt };
      const draft = drafts[i];
      if (draft?.idempotent) log.markers.set(draft.id, taken);
      seq += 1;
      previousUntil = expiresAt;
      return taken;
    });
  }

  private async put(
    queue: QueueName,
    log: Log,
    draft: Draft,
    place: Place,
    now: Time,
    expiresAt: Time,
  ): Promise<Appended> {
    const { idempotent: _, ...content } = draft;
    const there = log.put({ ...content, ...place });
    if (!isTombstone(there) && there.id === draft.id) return { seq: place.seq, id: draft.id, duplicate: false };
    const [again] = await this.append(queue, [draft], now, expiresAt);
    return again ?? { seq: 0, id: draft.id, duplicate: false };
  }

  private log(queue: QueueName): Log {
    const found = this.logs.get(queue) ?? new Log();
    this.logs.set(queue, found);
    return found;
  }
}
