import type { ConnectionId, Time } from '../model/names';
import { type AttachedConnection, amend, type Flight, type Subscription } from '../model/subscription';

/** A connection attached to a subscription. */
export interface Attachment {
  /** The next state; the one given if the connection was attached already. */
  readonly subscription: Subscription;
  /** What is in flight on other connections, to be shown to this one. Showing counts no attempt. */
  readonly show: readonly Flight[];
}

/**
 * Delivers to this connection from now on. The first connection after an absence makes what is in flight due, as a
 * further attempt. A connection that joins others is only shown it. What waits after a nack keeps its time, and so does
 * what has had all its deliveries: its client may still be at it, and to have connected again must not make it a dead
 * letter.
 *
 * @param expiresAt when the subscription ends if nobody connects again.
 */
export function attach(
  subscription: Subscription,
  connection: AttachedConnection,
  now: Time,
  expiresAt: Time,
): Attachment {
  const { connections } = subscription;
  if (connections.some((attached) => attached.connection === connection.connection)) return { subscription, show: [] };
  const isFirst = connections.length === 0;
  return {
    subscription: amend(subscription, {
      connections: [...connections, connection],
      expiresAt: Math.max(expiresAt, isFirst ? 0 : subscription.expiresAt),
      inFlight: isFirst ? makeDue(subscription, now) : undefined,
    }),
    show: isFirst
      ? []
      : subscription.inFlight.filter((flight) => flight.attempt > 0 && !flight.waiting && !flight.dead),
  };
}

/**
 * Delivers to this connection no more.
 *
 * @param expiresAt when the subscription ends if this was its last connection and nobody connects again.
 */
export function detach(subscription: Subscription, connection: ConnectionId, expiresAt: Time): Subscription {
  const connections = subscription.connections.filter((attached) => attached.connection !== connection);
  if (connections.length === subscription.connections.length) return subscription;
  return amend(subscription, { connections, expiresAt: connections.length === 0 ? expiresAt : undefined });
}

/**
 * Makes everything in flight due because the client asked, also what waits. A message that has had all its deliveries
 * keeps its time. Asking for a catch-up must not turn a message into a dead letter.
 */
export function catchUp(subscription: Subscription, now: Time): { subscription: Subscription; redelivered: number } {
  let redelivered = 0;
  const inFlight = subscription.inFlight.map((flight) => {
    if (flight.dead || isSpent(subscription, flight)) return flight;
    redelivered += 1;
    return dueBy(flight, now);
  });
  return { subscription: amend(subscription, { inFlight }), redelivered };
}

const makeDue = (subscription: Subscription, now: Time): readonly Flight[] =>
  subscription.inFlight.map((flight) =>
    flight.dead || flight.waiting || isSpent(subscription, flight) ? flight : dueBy(flight, now),
  );

const isSpent = ({ settings: { maxDeliveries } }: Subscription, { attempt }: Flight): boolean =>
  maxDeliveries > 0 && attempt >= maxDeliveries;

const dueBy = (flight: Flight, now: Time): Flight => (flight.dueAt <= now ? flight : { ...flight, dueAt: now });
