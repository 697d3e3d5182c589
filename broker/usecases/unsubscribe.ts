import { narrow, stillWants } from '../decide/interest';
import { windowOf } from '../decide/window';
import { STORED_AFTER_MS } from '../model/limits';
import { amend, eventNames, type NotedSubscription } from '../model/subscription';
import { type Ports, subscriptionWakeUp, Unavailable } from '../ports';
import type { RequestOf } from '../protocol/requests';
import { attachAll } from './attachAll';
import { findMessages } from './bury';
import { change, findKey, TRIES } from './change';
import type { Caller, Outcome } from './outcome';

/**
 * Takes events off the caller's subscription. With none left the subscription ends, and its undelivered messages are
 * dropped.
 */
export async function unsubscribe(ports: Ports, caller: Caller, request: RequestOf<'unsubscribe'>): Promise<Outcome> {
  const { queue } = request;
  const answer = (events: string[]) => ({ type: 'unsubscribed' as const, ref: request.ref, queue, events });
  const key = await findKey(ports, caller, queue);
  if (key === undefined) return { reply: answer([]) };
  const narrowed = await change(ports, key, async (subscription, now) => {
    const events = request.events === undefined ? [] : narrow(subscription.events, request.events);
    if (events.length === 0 || events.length === subscription.events.length)
      return { subscription, ends: events.length === 0, full: false };
    const messages = await findMessages(ports, subscription, subscription.inFlight, now);
    const inFlight = subscription.inFlight.filter((flight) => {
      const message = messages.get(flight.seq);
      return flight.dead || message === undefined || stillWants(events, flight, message.event);
    });
    return {
      subscription: amend(subscription, { events, inFlight }),
      ends: false,
      full: windowOf(subscription).forBacklog === 0,
    };
  });
  if (narrowed === undefined || narrowed.decision.ends) {
    await endSubscription(ports, key);
    return { reply: answer([]) };
  }
  await ports.subscriptions.persisted(key);
  const { subscription, decision } = narrowed;
  // Connections that were not permitted to read all events before may be permitted to read those that are left.
  const attached = ports.settings.accessControl ? await attachAll(ports, subscription) : subscription;
  const wakes = decision.full || attached !== subscription;
  return { reply: answer(eventNames(subscription)), wakeUps: wakes ? [subscriptionWakeUp(subscription)] : [] };
}

/**
 * Ends a subscription: removes its state, and its note in the directory unless that was renewed for a subscription made
 * meanwhile.
 *
 * @param noted as read from the directory.
 * @param hasLeft the client will not come back, so that no other subscription is made meanwhile.
 */
export async function endSubscription(ports: Ports, noted: NotedSubscription, hasLeft = false): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const now = ports.clock.now();
    const subscription = await ports.subscriptions.get(noted, now);
    if (subscription !== undefined && !(await ports.subscriptions.remove(subscription))) continue;
    await ports.subscriptions.persisted(noted);
    const ended = subscription !== undefined && (await ports.clients.removeSubscription(subscription));
    // A subscription noted a moment ago may only not be stored yet.
    const isOver = hasLeft || noted.createdAt + STORED_AFTER_MS <= now;
    const left =
      isOver && noted.createdAt !== subscription?.createdAt && (await ports.clients.removeSubscription(noted));
    // Every note was counted, also that of a subscription that expired.
    if (ended || left) await ports.queues.forgetSubscription(noted.queue);
    return;
  }
  throw new Unavailable('the subscription changed while it was to be ended');
}
