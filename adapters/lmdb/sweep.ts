import type { QueueName, Time } from '../../broker/model/names';
import type { ClientStore, QueueStore } from '../../broker/ports';
import { Blocks } from './blocks';
import type { Database, Doomed } from './database';
import { expiredLetters } from './letterExpiries';
import { markersOf } from './markers';
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
  const expiring = queues.names().filter((queue) => expiredMessages(database, queue, now).length > 0);
  // The records must have the heads, on disk, before the last messages go, from which they were taken so far.
  const heads = expiring.map((queue) => queues.current(queue)).filter((head) => head !== undefined);
  if (heads.length > 0) {
    await database.write(heads);
    await database.secure();
  }
  for (const queue of expiring) {
    for await (const doomed of discarding(database, () => expiredMessages(database, queue, now)))
      removed += doomed.length;
  }
  removed += await sweepLetters(database, now);
  for (const subscription of subscriptions.all()) {
    if (subscription.expiresAt > now || !(await subscriptions.remove(subscription))) continue;
    await clients.removeSubscription(subscription);
    removed += 1;
  }
  return removed;
}

/** The oldest messages of a queue, by whole blocks that have expired, and the ids they were published under. */
function expiredMessages(database: Database, queue: QueueName, now: Time): Doomed[] {
  const doomed: Doomed[] = [];
  for (const block of new Blocks(database).from(queue, 1)) {
    if (doomed.length >= AT_ONCE || block.some(({ expiresAt }) => expiresAt > now)) break;
    doomed.push(['messages', [queue, block[0]?.seq ?? 0]]);
    // An id may lead to a later message by now.
    for (const [table, key, value] of markersOf(queue, block))
      if (database.get(table, key) === value) doomed.push([table, key]);
  }
  return doomed;
}

/** @returns how many were removed, the entries of their expiries aside. */
export async function sweepLetters(database: Database, now: Time): Promise<number> {
  let removed = 0;
  for await (const doomed of discarding(database, () => doomedLetters(database, now)))
    removed += doomed.filter(([table]) => table === 'deadLetters').length;
  return removed;
}

function doomedLetters(database: Database, now: Time): Doomed[] {
  const doomed: Doomed[] = [];
  for (const { expiry, letter } of expiredLetters(database, now)) {
    doomed.push(['expiries', expiry]);
    if (letter !== undefined) doomed.push(['deadLetters', letter]);
    if (doomed.length >= AT_ONCE) break;
  }
  return doomed;
}

/** Removes a thousand at a time until nothing is left, and lets other work run in between. */
async function* discarding(database: Database, find: () => readonly Doomed[]): AsyncGenerator<readonly Doomed[]> {
  for (;;) {
    const doomed = await database.discard(find);
    if (doomed.length === 0) return;
    yield doomed;
  }
}
