import { isTombstone, type LogEntry, type Tombstone } from '../../broker/model/message';
import type { EventName, Seq, Time } from '../../broker/model/names';
import { StoredMessage } from './entryText';

const MOST_ENTRIES = 64;
const MOST_CHARACTERS = 16 * 1024;

const END_OF_HEAD = '\n';
/** In place of the event of a tombstone. */
const NONE = -1;

export type StoredEntry = StoredMessage | Tombstone;

type Head = readonly [base: Time, events: readonly EventName[], columns: readonly (readonly number[])[]];

const textOf = (entry: StoredEntry): string => (isTombstone(entry) ? '' : entry.text);

/** Entries of a log on their way into a block: of consecutive numbers, and not too many. */
export class Gathering {
  readonly entries: StoredEntry[] = [];
  private characters = 0;

  /** @returns false if the entry has no place here: nothing was changed. */
  add(entry: StoredEntry): boolean {
    const last = this.entries.at(-1);
    const { length } = textOf(entry);
    if (last) {
      if (entry.seq !== last.seq + 1) return false;
      if (this.entries.length >= MOST_ENTRIES || this.characters + length > MOST_CHARACTERS) return false;
    }
    this.entries.push(entry);
    this.characters += length;
    return true;
  }
}

/**
 * A block: consecutive entries of a log under one key, so that a store has a fraction of the keys to walk. A line of
 * JSON has what delivery is decided by, as columns of small numbers, which are quick to parse; the messages follow, as
 * they are delivered.
 *
 * @param entries at least one; each the number after the one before.
 */
export function encodeBlock(entries: readonly StoredEntry[]): string {
  const base = entries[0]?.publishedAt ?? 0;
  const events = [...new Set(entries.flatMap((entry) => (isTombstone(entry) ? [] : [entry.event])))];
  const columns = [
    entries.map((entry) => (isTombstone(entry) ? NONE : events.indexOf(entry.event))),
    entries.map((entry) => textOf(entry).length),
    entries.map((entry) => (isTombstone(entry) ? 0 : entry.bytes)),
    entries.map(({ publishedAt }) => publishedAt - base),
    entries.map(({ publishedAt, expiresAt }) => expiresAt - publishedAt),
    entries.map(({ publishedAt, previousAt }) => publishedAt - previousAt),
  ];
  const head: Head = [base, events, columns];
  return `${JSON.stringify(head)}${END_OF_HEAD}${entries.map(textOf).join('')}`;
}

/**
 * The inverse of {@link encodeBlock}.
 *
 * @param first the number of its first entry.
 */
export function decodeBlock(first: Seq, text: string): LogEntry[] {
  const end = text.indexOf(END_OF_HEAD);
  const [base, events, [names = [], lengths = [], bytes = [], published = [], lifetimes = [], before = []]]: Head =
    JSON.parse(text.slice(0, end));
  let start = end + END_OF_HEAD.length;
  return names.map((name, index): LogEntry => {
    const seq = first + index;
    const publishedAt = base + (published[index] ?? 0);
    const expiresAt = publishedAt + (lifetimes[index] ?? 0);
    const previousAt = publishedAt - (before[index] ?? 0);
    const event = events[name];
    if (event === undefined) return { seq, tombstone: true, publishedAt, expiresAt, previousAt };
    const from = start;
    start += lengths[index] ?? 0;
    const own = text.slice(from, start);
    return new StoredMessage(seq, event, publishedAt, expiresAt, previousAt, own, bytes[index] ?? 0);
  });
}
