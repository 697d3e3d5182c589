import { indexFrom } from '../../broker/model/ascending';
import { type LogEntry, type Message, sizeOf, type Tombstone } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { Appended, Draft, MessageLog } from '../../broker/ports';

/** Entries that follow each other without a number missing. */
interface Run {
  readonly entries: readonly LogEntry[];
  readonly size: number;
  readonly readAt: Time;
}

const NOTHING: Run = { entries: [], size: 0, readAt: 0 };

/** Entries remembered of one queue: twice as many as a stored cursor may lag behind. */
const OF_A_QUEUE = 200;
/** What is remembered of all queues. Characters. */
const IN_ALL = 8_000_000;
/** A queue that was not read for so long is forgotten. Milliseconds. */
const LASTING = 60_000;

/**
 * A log of which the process remembers the entries it read last. Subscriptions that pass over unwanted messages store
 * their cursors a little late, and would read the same entries again at every wake-up.
 *
 * An entry never changes once it is written, so it may be remembered. A missing number may still be written, so it is
 * always read again.
 */
export class RecentLog implements MessageLog {
  /** The one that was read longest ago first. */
  private readonly runs = new Map<QueueName, Run>();
  private size = 0;

  constructor(private readonly log: MessageLog) {}

  append(queue: QueueName, drafts: readonly Draft[], now: Time, expiresAt: Time): Promise<Appended[]> {
    return this.log.append(queue, drafts, now, expiresAt);
  }

  async read(queue: QueueName, from: Seq, limit: number, now: Time): Promise<LogEntry[]> {
    const known = this.recall(queue, from, now);
    const living = known.filter((entry) => entry.expiresAt > now).slice(0, limit);
    if (living.length === limit) return living;
    const next = (known.at(-1)?.seq ?? from - 1) + 1;
    const rest = await this.log.read(queue, next, limit - living.length, now);
    this.remember(queue, rest, now);
    return living.length === 0 ? rest : [...living, ...rest];
  }

  get(queue: QueueName, seqs: readonly Seq[], now: Time): Promise<Message[]> {
    return this.log.get(queue, seqs, now);
  }

  fill(queue: QueueName, tombstone: Tombstone): Promise<boolean> {
    return this.log.fill(queue, tombstone);
  }

  /** The remembered entries from a number on; none if that number is not remembered. */
  private recall(queue: QueueName, from: Seq, now: Time): readonly LogEntry[] {
    const { entries, readAt } = this.runs.get(queue) ?? NOTHING;
    if (now - readAt >= LASTING) this.forget(queue);
    else if (from >= (entries[0]?.seq ?? Infinity)) return entries.slice(indexFrom(entries, from));
    return [];
  }

  private remember(queue: QueueName, read: readonly LogEntry[], now: Time): void {
    const before = this.runs.get(queue);
    const entries = joined(before?.entries ?? [], read).slice(-OF_A_QUEUE);
    if (entries.length === 0) return;
    this.forget(queue);
    const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
    this.runs.set(queue, { entries, size, readAt: now });
    this.size += size;
    for (const oldest of this.runs.keys()) {
      if (this.size <= IN_ALL) return;
      this.forget(oldest);
    }
  }

  private forget(queue: QueueName): void {
    this.size -= this.runs.get(queue)?.size ?? 0;
    this.runs.delete(queue);
  }
}

/**
 * Joins the known run with entries that were read before or after it. If there is a gap between them, keeps the later
 * part.
 */
function joined(known: readonly LogEntry[], read: readonly LogEntry[]): readonly LogEntry[] {
  const run = withoutMissing(read);
  return startOf(known) <= startOf(run) ? followed(known, run) : followed(run, known);
}

function followed(run: readonly LogEntry[], further: readonly LogEntry[]): readonly LogEntry[] {
  const end = (run.at(-1)?.seq ?? 0) + 1;
  if (startOf(further) <= end) return [...run, ...further.slice(indexFrom(further, end))];
  return further.length > 0 ? further : run;
}

const startOf = (run: readonly LogEntry[]): Seq => run[0]?.seq ?? Infinity;

/** The first entries, up to the first missing number. */
function withoutMissing(entries: readonly LogEntry[]): readonly LogEntry[] {
  const first = entries[0]?.seq ?? 0;
  const end = entries.findIndex(({ seq }, index) => seq !== first + index);
  return end < 0 ? entries : entries.slice(0, end);
}
