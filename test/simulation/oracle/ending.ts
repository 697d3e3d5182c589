import type { QueueName } from '../../../broker/model/names';
import type { Subscription } from '../../../broker/model/subscription';
import type { Client } from '../client';
import type { World } from '../world';
import type { Account } from './account';
import { isWanted } from './transitions';

/**
 * Whoever is connected got all there was, and settled it: nobody did anything for a long time, so that only wake-ups
 * that were armed can have seen to it.
 *
 * @param clients those that are expected to have been served.
 */
export function checkAwake(world: World, clients: readonly Client[]): void {
  const served = new Set(clients.map(({ client }) => client));
  for (const subscription of world.oracle.stored()) {
    if (!served.has(subscription.client) || subscription.expiresAt <= world.scheduler.now) continue;
    const { queue, client, inFlight } = subscription;
    const left = undelivered(world, subscription);
    if (inFlight.length > 0 || left.length > 0)
      world.fail(
        `who is connected is served (${client} of ${queue}: in flight ${inFlight.map(({ seq }) => seq)}, not delivered ${left})`,
      );
  }
}

/** What the cursor of a subscription has not come to, of what is retained and wanted. */
export function undelivered(world: World, { queue, next, events }: Subscription): number[] {
  const { history } = world.oracle;
  const left: number[] = [];
  for (let seq = next; seq <= history.head(queue); seq++) {
    const message = history.at(queue, seq)?.message;
    if (
      message !== undefined &&
      isWanted(events, message.event, seq) &&
      !history.isExpired(queue, seq, world.scheduler.now)
    )
      left.push(seq);
  }
  return left;
}

/** The subscriptions of an anonymous client ended with its connection, if that was noticed. */
export function checkEnded(world: World): void {
  const known = new Set(
    world.database
      .table('connections')
      .items()
      .map(({ client }) => client?.S),
  );
  for (const { client, queue, expiresAt } of world.oracle.stored())
    if (
      world.givenUp === 0 &&
      expiresAt > world.scheduler.now &&
      !known.has(client) &&
      world.oracle.account(client, queue).hasLeft
    )
      world.fail(`what an anonymous client subscribed to ends with its connection (${client} of ${queue})`);
}

/** Every message that was owed was acked, or is a dead letter, or was told to be gone. */
export function checkNothingLost(world: World): void {
  const stored = new Map(world.oracle.stored().map((one) => [`${one.client} ${one.queue}`, one]));
  for (const account of world.oracle.all()) {
    if (!account.isSubscribed) continue;
    const subscription = stored.get(`${account.client} ${account.queue}`);
    if (subscription === undefined)
      world.fail(`a subscription that was answered is stored (${account.client} of ${account.queue})`);
    for (let seq = 1; seq <= world.oracle.history.head(account.queue); seq++)
      checkOwed(world, account, seq, subscription?.next ?? 0);
  }
}

function checkOwed(world: World, account: Account, seq: number, next: number): void {
  const { queue, client } = account;
  const { history } = world.oracle;
  const message = history.at(queue as QueueName, seq)?.message;
  if (message === undefined || !account.isOwed(message.event, seq)) return;
  const isOver = account.isAckSent(seq) || account.purged.has(seq);
  if (isOver || world.oracle.letterOf(queue, client, seq) !== undefined) return;
  if (!history.isExpired(queue, seq, world.scheduler.now))
    world.fail(`nothing is lost: ${seq} was owed to ${client} of ${queue}`);
  // What the cursor has not come to is told when something rings: numbers after it may still be written.
  else if (seq < next && !account.received.has(seq) && !account.gone.has(seq))
    world.fail(`what retention took is told: ${seq} was owed to ${client} of ${queue}`);
}
