import type { QueueName, Seq } from '../../broker/model/names';
import { decodeBlock, type StoredEntry } from './block';
import type { Database } from './database';
import type { Entry } from './tables';

const BEFORE_ALL = 0;
/** Above all numbers of a log. */
export const AFTER_ALL = Number.MAX_SAFE_INTEGER;

/** How many blocks are kept decoded. */
const KEPT = 16;

/** A block as it is read: its entries, of consecutive numbers, at least one. */
export type Block = readonly StoredEntry[];

/** Reads blocks, and keeps the last ones decoded: the next read mostly begins within one of them. */
export class Blocks {
  private readonly recent: { readonly queue: QueueName; readonly block: Block }[] = [];

  constructor(private readonly database: Database) {}

  /** The blocks of a queue that have entries from a number on, ascending. */
  *from(queue: QueueName, seq: Seq): Generator<Block> {
    for (let block = this.at(queue, seq); block !== undefined; block = this.at(queue, seqAfter(block))) yield block;
  }

  /** The block that a queue's log ends with. */
  last(queue: QueueName): Block | undefined {
    const entry = this.database.last('messages', [queue, BEFORE_ALL], [queue, AFTER_ALL]);
    return entry && asBlock(entry);
  }

  /** The block with this number, or else the one after it. */
  private at(queue: QueueName, seq: Seq): Block | undefined {
    const known = this.recent.find((one) => one.queue === queue && has(one.block, seq));
    if (known) return known.block;
    const block = this.beginningAt(queue, seq) ?? this.around(queue, seq) ?? this.after(queue, seq);
    if (block === undefined) return undefined;
    this.recent.unshift({ queue, block });
    if (this.recent.length > KEPT) this.recent.pop();
    return block;
  }

  /** Looks for a block that begins exactly here, as it mostly does when one block is read after another. */
  private beginningAt(queue: QueueName, seq: Seq): Block | undefined {
    const text = this.database.get('messages', [queue, seq]);
    return text === undefined ? undefined : decodeBlock(seq, text);
  }

  private around(queue: QueueName, seq: Seq): Block | undefined {
    const entry = this.database.last('messages', [queue, BEFORE_ALL], [queue, seq]);
    const block = entry && asBlock(entry);
    return block && has(block, seq) ? block : undefined;
  }

  private after(queue: QueueName, seq: Seq): Block | undefined {
    const [entry] = this.database.range('messages', [queue, seq], [queue, AFTER_ALL]);
    return entry && asBlock(entry);
  }
}

const seqAfter = (block: Block): Seq => (block[0]?.seq ?? 0) + block.length;

const has = (block: Block, seq: Seq): boolean => (block[0]?.seq ?? 0) <= seq && seq < seqAfter(block);

const asBlock = ({ key, value }: Entry): Block => decodeBlock(Number(key[1]), value);
