import { isTombstone, type Tombstone } from '../../broker/model/message';
import type { EventName, Seq, Time } from '../../broker/model/names';
import { StoredMessage } from './entryText';
import { MARKINGS } from './markers';

const MOST_ENTRIES = 64;
const MOST_CHARACTERS = 16 * 1024;

const END_OF_HEAD = '\n';
/** In place of the event of a tombstone. */
const NONE = -1;

export type StoredEntry = StoredMessage | Tombstone;

type Head = readonly [base: Time, events: readonly EventName[], columns: readonly (readonly number[])[]];

const textOf = (entry: StoredEntry): string => (isTombstone(entry) ? '' : entry.text);

/** Entries of a log on their way into a block: consecutive, and limited in number. */
export class Gathering {
  readonly entries: StoredEntry[] = [];
  private characters = 0;

  /**
   * @param entries of consecutive numbers, at least one.
   * @returns false if they do not fit here: nothing was changed.
   */
  add(entries: readonly StoredEntry[]): boolean {
    const last = this.entries.at(-1);
    let characters = 0;
    for (const entry of entries) characters += textOf(entry).length;
    if (last) {
      if (entries[0]?.seq !== last.seq + 1) return false;
      if (this.entries.length + entries.length > MOST_ENTRIES) return false;
      if (this.characters + characters > MOST_CHARACTERS) return false;
    }
    for (const entry of entries) this.entries.push(entry);
    this.characters += characters;
    return true;
  }
}

/**
 * A block: consecutive entries of a log under one key, so that a store has fewer keys to walk. It begins with a line of
 * JSON with the fields that decide delivery, as columns of small numbers, which are quick to parse. The messages follow
 * as they are delivered.
 *
 * @param entries at least one; each the number after the one before.
 */
export function encodeBlock(entries: readonly StoredEntry[]): string {
  const base = entries[0]?.publishedAt ?? 0;
  const events: EventName[] = [];
  const columns: [number[], number[], number[], number[], number[], number[], number[]] = [[], [], [], [], [], [], []];
  const [names, lengths, bytes, published, lifetimes, before, markings] = columns;
  let texts = '';
  for (const entry of entries) {
    const text = textOf(entry);
    texts += text;
    names.push(isTombstone(entry) ? NONE : indexIn(events, entry.event));
    lengths.push(text.length);
    bytes.push(isTombstone(entry) ? 0 : entry.bytes);
    published.push(entry.publishedAt - base);
    lifetimes.push(entry.expiresAt - entry.publishedAt);
    before.push(entry.expiresAt - entry.previousUntil);
    markings.push(isTombstone(entry) ? NONE : MARKINGS.indexOf(entry.marking));
  }
  return `${JSON.stringify([base, events, columns] satisfies Head)}${END_OF_HEAD}${texts}`;
}

function indexIn(events: EventName[], event: EventName): number {
  const index = events.indexOf(event);
  return index < 0 ? events.push(event) - 1 : index;
}

/**
 * The inverse of {@link encodeBlock}.
 *
 * @param first the number of its first entry.
 */
export function decodeBlock(first: Seq, text: string): StoredEntry[] {
  const end = text.indexOf(END_OF_HEAD);
  const [base, events, columns]: Head = JSON.parse(text.slice(0, end));
  const [names = [], lengths = [], bytes = [], published = [], lifetimes = [], before = [], markings = []] = columns;
  let start = end + END_OF_HEAD.length;
  return names.map((name, index): StoredEntry => {
    const seq = first + index;
    const publishedAt = base + (published[index] ?? 0);
    const expiresAt = publishedAt + (lifetimes[index] ?? 0);
    const previousUntil = expiresAt - (before[index] ?? 0);
    const event = events[name];
    if (event === undefined) return { seq, tombstone: true, publishedAt, expiresAt, previousUntil };
    const from = start;
    start += lengths[index] ?? 0;
    const own = text.slice(from, start);
    const marking = MARKINGS[markings[index] ?? NONE] ?? 'none';
    return new StoredMessage(seq, event, publishedAt, expiresAt, previousUntil, own, bytes[index] ?? 0, marking);
  });
}
