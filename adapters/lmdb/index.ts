import { join } from 'node:path';
import { isAnonymous, type QueueName, type Time } from '../../broker/model/names';
import type { Stores } from '../../broker/ports';
import { FileKeys } from '../keys';
import { MemoryClients } from '../memory/clients';
import { MemoryConnections } from '../memory/connections';
import { Database, type Report } from './database';
import { explained, takeDataFolder } from './dataFolder';
import { LmdbDeadLetters } from './deadLetters';
import { ExpiredBlocks } from './expiredBlocks';
import { KEYS } from './folderNames';
import type { Change } from './groups';
import { LmdbLog } from './log';
import { LmdbQueues } from './queues';
import type { Durability } from './segments';
import { LmdbSubscriptions } from './subscriptions';
import { sweep } from './sweep';

export { UnusableFolder } from './dataFolder';
export { CorruptStore } from './groups';
export type { Durability } from './segments';

export interface LmdbOptions {
  /** Called when messages of a queue became durable. */
  readonly onAppended?: (queue: QueueName) => void;
  /** Called with failures of work that nobody waits for. */
  readonly report?: Report;
  /** What is safe when a write is answered. Default: `fsync`. */
  readonly durability?: Durability;
}

/** Stores in a folder of this machine. */
export interface LmdbStores extends Stores {
  /**
   * Writes something to the disk.
   *
   * @throws Unavailable nothing can be written at present, or only to the journal, which LMDB takes nothing of.
   */
  check(): Promise<void>;
  /** Removes what has expired. */
  sweep(now: Time): Promise<number>;
  /** Writes what is not written yet, and releases the folder. */
  close(): Promise<void>;
}

/** A change that is always the same: the marker of no message, in a queue whose name no client can use. */
const CHECK: Change = ['markers', ['\u0000', 'check'], '0'];

/**
 * Opens the stores in a data folder, creating it if needed. Connections are kept in memory only: they end with the
 * process.
 *
 * @throws UnusableFolder the folder cannot be used.
 * @throws CorruptStore what is in it is damaged.
 */
export async function openLmdb(path: string, options: LmdbOptions = {}): Promise<LmdbStores> {
  const { onAppended = () => undefined, report = () => undefined, durability = 'fsync' } = options;
  const database = await openDatabase(path, report, durability).catch((error) => Promise.reject(explained(error)));
  const queues = new LmdbQueues(database, report);
  const subscriptions = new LmdbSubscriptions(database, report);
  const clients = new MemoryClients();
  const expired = new ExpiredBlocks(database);
  // Subscriptions of anonymous clients ended with their connections: those clients cannot come back.
  for (const subscription of [...subscriptions.all()])
    if (isAnonymous(subscription.client)) await subscriptions.remove(subscription);
    else await clients.addSubscription(subscription, Number.POSITIVE_INFINITY);
  return {
    queues,
    log: new LmdbLog(database, queues, onAppended),
    subscriptions,
    connections: new MemoryConnections(),
    clients,
    deadLetters: new LmdbDeadLetters(database),
    keys: new FileKeys(join(path, KEYS), report),
    check: async () => {
      await database.write([CHECK]);
      database.expectStoring();
    },
    sweep: (now) => sweep({ database, queues, expired, subscriptions, clients }, now),
    close: async () => {
      await subscriptions.flush();
      await database.close();
    },
  };
}

async function openDatabase(path: string, report: Report, durability: Durability): Promise<Database> {
  const folder = await takeDataFolder(path);
  try {
    return await Database.open(folder, report, durability);
  } catch (error) {
    await folder.release();
    throw error;
  }
}
