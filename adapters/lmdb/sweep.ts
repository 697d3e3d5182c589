import type { QueueName, Time } from '../../broker/model/names';
import type { ClientStore, QueueStore } from '../../broker/ports';
import type { Block } from './blocks';
import type { Database, Doomed } from './database';
import type { ExpiredBlocks, Place } from './expiredBlocks';
import { expiredLetters } from './letterExpiries';
import { markersOf } from './markers';
import type { LmdbQueues } from './queues';
import type { LmdbSubscriptions } from './subscriptions';

const AT_ONCE = 1_000;

interface Swept {
  readonly database: Database;
  readonly queues: LmdbQueues & QueueStore;
  readonly expired: ExpiredBlocks;
  readonly subscriptions: LmdbSubscriptions;
  readonly clients: ClientStore;
}

/**
 * Removes what has expired: no read returns it any more, but it takes up room.
 *
 * @returns how many things were removed.
 */
export async function sweep(swept: Swept, now: Time): Promise<number> {
  const { database, queues, expired, subscriptions, clients } = swept;
  let removed = await sweepMessages(swept, expired.places(queues.names()), now);
  removed += await sweepLetters(database, now);
  for (const subscription of subscriptions.all()) {
    if (subscription.expiresAt > now || !(await subscriptions.remove(subscription))) continue;
    await clients.removeSubscription(subscription);
    removed += 1;
  }
  const found = await expired.search(now);
  removed += await sweepMessages(swept, found, now);
  for (const place of found) expired.remember(place);
  return removed;
}

/** @returns how many blocks, and ids they were published under, were removed. */
async function sweepMessages(
  { database, queues, expired }: Swept,
  places: readonly Place[],
  now: Time,
): Promise<number> {
  const due = await expired.due(places, now);
  // The records must have the heads, on disk, before the last messages go, from which they were taken so far.
  const heads = [...new Set(due.map(({ queue }) => queue))]
    .map((queue) => queues.current(queue))
    .filter((head) => head !== undefined);
  if (heads.length > 0) {
    await database.write(heads);
    await database.secure();
  }
  let removed = 0;
  for (const place of due) {
    const find = () => doomedMessages(database, place.queue, expired.at(place, now));
    for await (const doomed of discarding(database, find)) removed += doomed.length;
  }
  return removed;
}

/** Blocks of a queue, and the ids they were published under. */
function doomedMessages(database: Database, queue: QueueName, blocks: Iterable<Block>): Doomed[] {
  const doomed: Doomed[] = [];
  for (const block of blocks) {
    doomed.push(['messages', [queue, block[0]?.seq ?? 0]]);
    // An id may lead to a later message by now.
    for (const [table, key, value] of markersOf(queue, block))
      if (database.get(table, key) === value) doomed.push([table, key]);
    if (doomed.length >= AT_ONCE) break;
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
