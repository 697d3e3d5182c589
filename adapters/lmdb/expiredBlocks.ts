import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import { decodeBlock } from './block';
import { AFTER_ALL, type Block } from './blocks';
import type { Database } from './database';
import { CorruptStore } from './groups';
import type { Key } from './tables';

/** How many blocks a search looks at, and how many of them before other work has its turn. */
const LOOKED_AT = 1_000;
const AT_A_TIME = 50;

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

  constructor(private readonly database: Database) {}

  /** Where blocks are to be expected that have expired. */
  places(queues: readonly QueueName[]): Place[] {
    return queues.flatMap((queue) => {
      const seq = this.behind.get(queue);
      return [{ queue, seq: 1 }, ...(seq === undefined ? [] : [{ queue, seq }])];
    });
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
    try {
      const text = this.database.get('messages', key);
      const block = text === undefined ? [] : decodeBlock(Number(key[1]), text);
      return block.length > 0 && block.every(({ expiresAt }) => expiresAt <= now) ? block : undefined;
    } catch (error) {
      // A damaged block stops those who read it: it must not stop others from being removed.
      if (error instanceof CorruptStore) return undefined;
      throw error;
    }
  }
}
