import { attach } from '../decide/attach';
import type { ConnectionId } from '../model/names';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { change } from './change';
import { expiryWith } from './expiry';
import { readersOf } from './readers';

/**
 * Attaches all connections of the client. They are read after the subscription was stored: a connection that is
 * welcomed meanwhile is either seen here, or its welcome sees the subscription. Those that have to be shown what is in
 * flight on others are left to a welcome.
 */
export async function attachAll(ports: Ports, subscription: Subscription): Promise<Subscription> {
  const now = ports.clock.now();
  const { connections, subscriptions } = await ports.clients.get(subscription.client, now);
  if (!subscriptions.some(({ queue }) => queue === subscription.queue))
    await ports.clients.addSubscription(subscription, ports.settings.quotas['client.subscriptions']);
  const attached = (s: Subscription) => new Set(s.connections.map(({ connection }) => connection));
  const present = attached(subscription);
  if (connections.every(({ connection }) => present.has(connection))) return subscription;
  const changed = await change(ports, subscription, async (stored, at) => {
    let state = stored;
    const joining: ConnectionId[] = [];
    for (const reader of await readersOf(ports, connections, stored)) {
      const attachment = attach(state, reader, at, expiryWith(ports, state, reader));
      if (attachment.show.length > 0) joining.push(reader.connection);
      else state = attachment.subscription;
    }
    return { subscription: state, joining };
  });
  for (const connection of changed?.decision.joining ?? [])
    await ports.wakeUps.send({ kind: 'welcome', connection }, 0);
  return changed?.subscription ?? subscription;
}
