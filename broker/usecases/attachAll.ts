import { attach } from '../decide/attach';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { change } from './change';
import { expiryWith } from './expiry';
import { readersOf } from './readers';

/**
 * Attaches all connections of the client. They are read after the subscription was stored: a connection that is
 * welcomed meanwhile is either seen here, or its welcome sees the subscription.
 */
export async function attachAll(ports: Ports, subscription: Subscription): Promise<Subscription> {
  const now = ports.clock.now();
  const { connections, subscriptions } = await ports.clients.get(subscription.client, now);
  if (!subscriptions.some(({ queue }) => queue === subscription.queue))
    await ports.clients.addSubscription(subscription, ports.settings.quotas['client.subscriptions']);
  const attached = (s: Subscription) => new Set(s.connections.map(({ connection }) => connection));
  const present = attached(subscription);
  if (connections.every(({ connection }) => present.has(connection))) return subscription;
  const changed = await change(ports, subscription, async (stored, at) => ({
    subscription: (await readersOf(ports, connections, stored)).reduce(
      (state, connection) => attach(state, connection, at, expiryWith(ports, state, connection)).subscription,
      stored,
    ),
  }));
  return changed?.subscription ?? subscription;
}
