import { isTombstone } from '../../broker/model/message';
import type { QueueName, Seq } from '../../broker/model/names';
import type { StoredEntry } from './block';
import type { Block, Blocks } from './blocks';
import type { Database } from './database';
import type { StoredMessage } from './entryText';
import type { Key } from './tables';

/**
 * How a message is found by its id. `none`: not at all, since its publisher chose no id. `single`: by a marker of its
 * own. `ascending`: by the marker of its block, since its id was above all others of its queue when it was appended.
 */
export const MARKINGS = ['none', 'single', 'ascending'] as const;
export type Marking = (typeof MARKINGS)[number];

const BETWEEN = ' ';
/** No id is below LEAST, and no printable id is above GREATEST. */
const LEAST = '';
const GREATEST = '\u{10ffff}';

/** What lets messages be found by their ids. */
export type MarkerChange = readonly [table: 'markers' | 'ranges', key: Key, value: string];

/** Whether a message can be found by its id. */
export const isMarked = (entry: StoredEntry): entry is StoredMessage => !isTombstone(entry) && entry.marking !== 'none';

/**
 * The changes by which the messages of a block are found by their ids. Ascending ids share one marker under the first
 * of them, which leads to the block and holds the last id.
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

/** Finds messages in LMDB by their ids. */
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

  /** The greatest id of a queue; the least possible id if it has none. */
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
