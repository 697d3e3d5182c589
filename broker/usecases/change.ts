import type { QueueName, Time } from '../model/names';
import { amend, type NotedSubscription, type Subscription, type SubscriptionKey } from '../model/subscription';
import { type Ports, Unavailable } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { Caller } from './outcome';

/** How often a change is tried again when others changed the subscription meanwhile. */
export const TRIES = 100;

/** The state to store over another: with the version that compare-and-set expects. */
export const successor = (stored: Subscription, next: Subscription): Subscription =>
  amend(next, { version: stored.version + 1 });

/** What a decision made of a subscription. */
interface Decision {
  readonly subscription: Subscription;
}

/** A change that was made. */
interface Change<D extends Decision> {
  /** What it was decided on. */
  readonly before: Subscription;
  readonly decision: D;
  /** As it is stored. */
  readonly subscription: Subscription;
}

/**
 * Reads, decides, and stores by compare-and-set. Starts over when another change was stored meanwhile.
 *
 * @param decide pure but for reading; its `subscription` is stored unless it is the one given.
 * @returns undefined if there is no such subscription.
 */
export async function change<D extends Decision>(
  ports: Ports,
  key: SubscriptionKey,
  decide: (subscription: Subscription, now: Time) => D | Promise<D>,
): Promise<Change<D> | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const now = ports.clock.now();
    const stored = await ports.subscriptions.get(key, now);
    if (stored === undefined) return undefined;
    const decision = await decide(stored, now);
    if (decision.subscription === stored) return { before: stored, decision, subscription: stored };
    const subscription = successor(stored, decision.subscription);
    if (await ports.subscriptions.save(subscription, now)) return { before: stored, decision, subscription };
  }
  throw new Unavailable(`the subscription changed ${TRIES} times while it was to be changed`);
}

/**
 * {@link change} for the caller's subscription of a queue. Tries the key that this process remembers, then the one in
 * the directory.
 */
export async function changeOwn<D extends Decision>(
  ports: Ports,
  caller: Pick<Caller, 'client'>,
  queue: QueueName,
  decide: (subscription: Subscription, now: Time) => D | Promise<D>,
): Promise<Change<D> | undefined> {
  const known = await ports.clients.recall(caller.client, queue);
  const changed = known && (await change(ports, known, decide));
  if (changed !== undefined) return changed;
  const key = await findKey(ports, caller, queue);
  return key && change(ports, key, decide);
}

/** Where the caller's subscription of a queue is stored; undefined if it has none. */
export async function findKey(
  ports: Ports,
  { client }: Pick<Caller, 'client'>,
  queue: QueueName,
): Promise<NotedSubscription | undefined> {
  const { subscriptions } = await ports.clients.get(client, ports.clock.now());
  return subscriptions.find((key) => key.queue === queue);
}

/** The error for a request about a subscription that does not exist. */
export const notSubscribed = (queue: QueueName): ProtocolError =>
  new ProtocolError(
    'not_found',
    `you have no subscription to ${JSON.stringify(queue)}: subscribe to it first`,
    'queue',
  );
