import { isTombstone } from '../../broker/model/message';
import type { QueueName, Time } from '../../broker/model/names';
import type { ClientStore, QueueStore } from '../../broker/ports';
import { Blocks } from './blocks';
import type { Database, Key, TableName } from './database';
import { expiredLetters } from './letterExpiries';
import type { LmdbQueues } from './queues';
import type { LmdbSubscriptions } from './subscriptions';

const AT_ONCE = 1_000;

interface Swept {
  readonly database: Database;
  readonly queues: LmdbQueues & QueueStore;
  readonly subscriptions: LmdbSubscriptions;
  readonly clients: ClientStore;
}

/**
 * Removes what has expired: no read returns it any more, but it takes up room.
 *
 * @returns how many things were removed.
 */
export async function sweep({ database, queues, subscriptions, clients }: Swept, now: Time): Promise<number> {
  let removed = 0;
  for (const queue of queues.names()) {
    let batch = expiredMessages(database, queue, now);
    // The head must be known when no message tells it any more.
    const head = batch.length > 0 ? queues.current(queue) : undefined;
    if (head) await database.write([head]);
    for (; batch.length > 0; batch = expiredMessages(database, queue, now)) {
      await database.discard(batch);
      removed += batch.length;
    }
  }
  removed += await sweepLetters(database, now);
  for (const subscription of subscriptions.all()) {
    if (subscription.expiresAt > now || !(await subscriptions.remove(subscription))) continue;
    await clients.removeSubscription(subscription);
    removed += 1;
  }
  return removed;
}

type Doomed = readonly [table: TableName, key: Key];

/** The oldest messages of a queue, by whole blocks that have expired, and the ids they were published under. */
function expiredMessages(database: Database, queue: QueueName, now: Time): Doomed[] {
  const doomed: Doomed[] = [];
  for (const block of new Blocks(database).from(queue, 1)) {
    if (doomed.length >= AT_ONCE || block.some(({ expiresAt }) => expiresAt > now)) break;
    for (const [index, entry] of block.entries()) {
      if (index === 0) doomed.push(['messages', [queue, entry.seq]]);
      if (!isTombstone(entry) && isMarked(database, queue, entry.id, now)) doomed.push(['markers', [queue, entry.id]]);
    }
  }
  return doomed;
}

function isMarked(database: Database, queue: string, id: string, now: Time): boolean {
  const marker = database.get('markers', [queue, id]);
  return marker !== undefined && Number(marker.split(' ')[1]) <= now;
}

/** A thousand at a time: others have their turn in between. */
async function sweepLetters(database: Database, now: Time): Promise<number> {
  let removed = 0;
  for (let doomed: Doomed[] = []; ; doomed = []) {
    for (const { expiry, letter } of expiredLetters(database, now)) {
      doomed.push(['expiries', expiry]);
      if (letter !== undefined) {
        doomed.push(['deadLetters', letter]);
        removed += 1;
      }
      if (doomed.length >= AT_ONCE) break;
    }
    if (doomed.length === 0) return removed;
    await database.discard(doomed);
  }
}
