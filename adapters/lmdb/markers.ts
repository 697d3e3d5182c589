import { isTombstone } from '../../broker/model/message';
import type { QueueName, Seq } from '../../broker/model/names';
import type { StoredEntry } from './block';
import type { Block, Blocks } from './blocks';
import type { Database } from './database';
import type { StoredMessage } from './entryText';
import type { Key } from './tables';

/**
 * How a message is found by its id: not at all, for its publisher chose none; by a marker of its own; or, if its id was
 * above all others of its queue when it was appended, by the one of its block.
 */
export const MARKINGS = ['none', 'single', 'ascending'] as const;
export type Marking = (typeof MARKINGS)[number];

const BETWEEN = ' ';
/** No id is below the one, and none that is printable above the other. */
const LEAST = '';
const GREATEST = '\u{10ffff}';

/** What lets messages be found by their ids. */
export type MarkerChange = readonly [table: 'markers' | 'ranges', key: Key, value: string];

/** Whether a message can be found by its id. */
export const isMarked = (entry: StoredEntry): entry is StoredMessage => !isTombstone(entry) && entry.marking !== 'none';

/**
 * The changes that let the messages of a block be found by their ids. Those that ascend have one for all, under the first
 * of them: it leads to the block, and has the last of them.
 *
 * @param entries at least one.
 */
export function markersOf(queue: QueueName, entries: readonly StoredEntry[]): MarkerChange[] {
  const changes: MarkerChange[] = [];
  let first: string | undefined;
  let last = '';
  for (const entry of entries) {
    if (!isMarked(entry)) continue;
    if (entry.marking === 'single') {
      changes.push(['markers', [queue, entry.id], `${entry.seq}`]);
    } else {
      first ??= entry.id;
      last = entry.id;
    }
  }
  if (first !== undefined) changes.push(['ranges', [queue, first], `${entries[0]?.seq}${BETWEEN}${last}`]);
  return changes;
}

/** What ids stand for whose messages are in LMDB. */
export class StoredMarkers {
  constructor(
    private readonly database: Database,
    private readonly blocks: Blocks,
  ) {}

  /**
   * @returns the message of an id, expired or not; undefined if there is none.
   * @throws CorruptStore
   */
  find(queue: QueueName, id: string): StoredMessage | undefined {
    const own = this.database.get('markers', [queue, id]);
    if (own !== undefined) return this.at(queue, Number(own), id);
    const range = this.database.last('ranges', [queue, LEAST], [queue, id]);
    if (range === undefined) return undefined;
    const { block, last } = decodeRange(range.value);
    return id > last ? undefined : this.within(queue, block, id);
  }

  /** The greatest id of a queue; the least there is if it has none. */
  greatest(queue: QueueName): string {
    const single = this.database.last('markers', [queue, LEAST], [queue, GREATEST]);
    const range = this.database.last('ranges', [queue, LEAST], [queue, GREATEST]);
    const ids = [String(single?.key[1] ?? LEAST), range ? decodeRange(range.value).last : LEAST];
    return ids.sort().at(-1) ?? LEAST;
  }

  private at(queue: QueueName, seq: Seq, id: string): StoredMessage {
    const found = this.block(queue, seq).find((entry) => entry.seq === seq);
    if (found === undefined || !isMarked(found) || found.id !== id) throw this.database.damaged('markers', [queue, id]);
    return found;
  }

  private within(queue: QueueName, seq: Seq, id: string): StoredMessage | undefined {
    const ascending = (entry: StoredEntry): entry is StoredMessage => isMarked(entry) && entry.marking === 'ascending';
    return this.block(queue, seq).find((entry): entry is StoredMessage => ascending(entry) && entry.id === id);
  }

  private block(queue: QueueName, seq: Seq): Block {
    const [block = []] = this.blocks.from(queue, seq);
    return block;
  }
}

/** The block that a range of ids leads to, by a number in it, and the last of the ids. */
function decodeRange(text: string): { block: Seq; last: string } {
  const end = text.indexOf(BETWEEN);
  return { block: Number(text.slice(0, end)), last: text.slice(end + BETWEEN.length) };
}
