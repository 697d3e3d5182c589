import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import { decodeBlock } from './block';
import { AFTER_ALL, type Block } from './blocks';
import type { Database } from './database';
import { CorruptStore } from './groups';
import type { Key } from './tables';
import { Turns } from './turns';

/** How many blocks a search looks at, and how many of them before other work has its turn. */
const LOOKED_AT = 1_000;
const AT_A_TIME = 50;
/** The first number of a log. */
const FIRST: Seq = 1;

/** Where blocks of a log may have expired: at this number and after it. */
export interface Place {
  readonly queue: QueueName;
  readonly seq: Seq;
}

/**
 * Finds blocks that have expired as a whole. Mostly they expire in their order, and are found where each log begins.
 * But a message keeps the retention it was published with: since that was lowered, blocks expire behind others that are
 * retained for longer. A search finds them, which is spread over many sweeps, since it has to read all blocks.
 */
export class ExpiredBlocks {
  /** Where the search goes on; undefined: at the beginning. */
  private position: Key | undefined;
  /** Where expired blocks were found last behind retained ones. Those after them mostly expire next. */
  private readonly behind = new Map<QueueName, Seq>();
  /** Until when nothing expires where a log begins, for those that were looked at. */
  private readonly retained = new Map<QueueName, Time>();

  constructor(private readonly database: Database) {}

  /** Where blocks are to be expected that have expired. */
  places(queues: readonly QueueName[]): Place[] {
    return queues.flatMap((queue) => {
      const seq = this.behind.get(queue);
      return [{ queue, seq: FIRST }, ...(seq === undefined ? [] : [{ queue, seq }])];
    });
  }

  /** Those of the places where a block has expired. */
  async due(places: readonly Place[], now: Time): Promise<Place[]> {
    const due: Place[] = [];
    const turns = new Turns();
    for (const place of places) {
      if (this.isDue(place, now)) due.push(place);
      await turns.letOthers();
    }
    return due;
  }

  /** The blocks from a place on that have expired, up to the first that has not. */
  *at({ queue, seq }: Place, now: Time): Generator<Block> {
    for (const key of this.database.keys('messages', [queue, seq], [queue, AFTER_ALL])) {
      const block = this.expired(key, now);
      if (block === undefined) return;
      yield block;
    }
  }

  /** Looks at some more blocks of all logs. @returns where it found some that have expired. */
  async search(now: Time): Promise<Place[]> {
    const found: Place[] = [];
    let expired: QueueName | undefined;
    for (let looked = 0; looked < LOOKED_AT; looked += AT_A_TIME) {
      const keys = this.next();
      for (const key of keys) {
        const [queue, seq] = [key[0] as QueueName, Number(key[1])];
        this.position = [queue, seq + 1];
        const isFirst = expired !== queue;
        expired = this.expired(key, now) && queue;
        if (expired !== undefined && isFirst) found.push({ queue, seq });
      }
      if (keys.length < AT_A_TIME) {
        this.position = undefined;
        break;
      }
      await nextTurn();
    }
    return found;
  }

  /** What was found at a place has been removed: the next are to be expected there. */
  remember({ queue, seq }: Place): void {
    this.behind.set(queue, seq);
  }

  private isDue({ queue, seq }: Place, now: Time): boolean {
    if (seq === FIRST && now < (this.retained.get(queue) ?? 0)) return false;
    const [key] = this.database.keys('messages', [queue, seq], [queue, AFTER_ALL]);
    const until = key && this.expiryOf(key);
    // Nothing comes before the first but a tombstone, which can wait as long.
    if (seq === FIRST && until !== undefined) this.retained.set(queue, until);
    return until !== undefined && until <= now;
  }

  private next(): Key[] {
    const keys: Key[] = [];
    for (const key of this.database.keys('messages', this.position)) {
      keys.push(key);
      if (keys.length === AT_A_TIME) break;
    }
    return keys;
  }

  /** @returns the block, if it has expired. */
  private expired(key: Key, now: Time): Block | undefined {
    const block = this.block(key);
    return block !== undefined && endOf(block) <= now ? block : undefined;
  }

  private expiryOf(key: Key): Time | undefined {
    const block = this.block(key);
    return block && endOf(block);
  }

  /** A block of at least one entry; undefined if there is none that can be read. */
  private block(key: Key): Block | undefined {
    try {
      const text = this.database.get('messages', key);
      const block = text === undefined ? [] : decodeBlock(Number(key[1]), text);
      return block.length > 0 ? block : undefined;
    } catch (error) {
      // A damaged block stops those who read it: it must not stop others from being removed.
      if (error instanceof CorruptStore) return undefined;
      throw error;
    }
  }
}

/** When all of a block has expired. */
const endOf = (block: Block): Time => block.reduce((latest, { expiresAt }) => Math.max(latest, expiresAt), 0);
