import { detach } from '../decide/attach';
import type { Connection } from '../model/connection';
import { isAnonymous } from '../model/names';
import type { Ports } from '../ports';
import { change } from './change';
import { expiryFrom } from './expiry';
import { endSubscription } from './unsubscribe';

/**
 * A connection ended: nothing is delivered to it any more, and with an anonymous client's last one its subscriptions
 * end. Harmless to repeat.
 *
 * @param connection as it was recorded; its record is gone, or will be by itself.
 */
export async function farewell(ports: Ports, connection: Pick<Connection, 'connection' | 'client'>): Promise<void> {
  await ports.clients.removeConnection(connection.client, connection.connection);
  const client = await ports.clients.get(connection.client, ports.clock.now());
  const ends = isAnonymous(connection.client) && client.connections.length === 0;
  await Promise.all(
    client.subscriptions.map((key) =>
      ends
        ? endSubscription(ports, key, true)
        : change(ports, key, (subscription, now) => ({
            subscription: detach(subscription, connection.connection, expiryFrom(ports, key, now)),
          })),
    ),
  );
}
