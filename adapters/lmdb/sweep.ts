import { isTombstone } from '../../broker/model/message';
import type { QueueName, Time } from '../../broker/model/names';
import type { ClientStore, QueueStore } from '../../broker/ports';
import { Blocks } from './blocks';
import type { Database, Key, TableName } from './database';
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
  const letters = expiredLetters(database, now);
  await database.discard(letters);
  for (const subscription of subscriptions.all()) {
    if (subscription.expiresAt > now || !(await subscriptions.remove(subscription))) continue;
    await clients.removeSubscription(subscription);
    removed += 1;
  }
  return removed + letters.length;
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

function expiredLetters(database: Database, now: Time): Doomed[] {
  const doomed: Doomed[] = [];
  for (const { key, value } of database.range('deadLetters'))
    if (Number(JSON.parse(value.slice(0, value.indexOf('\n')))[3]) <= now) doomed.push(['deadLetters', key]);
  return doomed;
}
