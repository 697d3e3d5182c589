import type { Stores } from '../../broker/ports';
import { MemoryClients } from './clients';
import { MemoryConnections } from './connections';
import { MemoryDeadLetters } from './deadLetters';
import { MemoryKeys } from './keys';
import { MemoryLog } from './log';
import { MemoryQueues } from './queues';
import { MemorySubscriptions } from './subscriptions';

export * from './ambient';
export * from './pusher';
export * from './wakeUps';

/**
 * All stores in memory, for tests, and the shortest statement of what the ports promise. The single machine uses some
 * of the classes behind them (`adapters/lmdb`). What a method does is done when it returns its promise.
 *
 * @param options.betweenAppendSteps awaited by `append` between taking its numbers and putting its messages; a test can
 * let others run there, or crash the publisher by throwing.
 */
export function memoryStores(options: { readonly betweenAppendSteps?: () => Promise<void> } = {}): Stores {
  const queues = new MemoryQueues();
  return {
    queues,
    log: new MemoryLog(queues, options.betweenAppendSteps),
    subscriptions: new MemorySubscriptions(),
    connections: new MemoryConnections(),
    clients: new MemoryClients(),
    deadLetters: new MemoryDeadLetters(),
    keys: new MemoryKeys(),
  };
}
