import { isGranted } from '../access/grants';
import { hasExpired } from '../access/identity';
import type { Connection } from '../model/connection';
import type { ConnectionId } from '../model/names';
import { eventNames, type Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';

type Wanted = Pick<Subscription, 'queue' | 'events'>;

/** The events of a subscription that a connection may not read. */
const denied = ({ access }: Pick<Connection, 'access'>, { queue, events }: Wanted): string[] =>
  eventNames({ events }).filter(
    (event) => access === undefined || !isGranted(access.grants, 'subscribe', queue, event),
  );

/**
 * Whether a connection may be attached to a subscription: its credential has not expired, and grants every event that
 * the subscription wants.
 */
export const mayRead = (
  { settings, clock }: Ports,
  { access }: Pick<Connection, 'access'>,
  subscription: Wanted,
): boolean =>
  !settings.accessControl ||
  (access !== undefined && !hasExpired(access, clock.now()) && denied({ access }, subscription).length === 0);

/** The error frame for a connection that may not read what its client is subscribed to. */
export function unreadable(connection: Pick<Connection, 'access'>, subscription: Wanted): ProtocolError {
  const events = denied(connection, subscription)
    .map((event) => JSON.stringify(event))
    .join(', ');
  return new ProtocolError(
    'forbidden',
    `nothing of your subscription to ${JSON.stringify(subscription.queue)} is delivered here, for your credential does not grant ${events}: unsubscribe from that, or use another credential`,
    'events',
  );
}

/** The connections that may read what a subscription wants. With access control, reads the record of each. */
export async function readersOf<Known extends { readonly connection: ConnectionId }>(
  ports: Ports,
  connections: readonly Known[],
  subscription: Wanted,
): Promise<readonly Known[]> {
  if (!ports.settings.accessControl) return connections;
  const now = ports.clock.now();
  const may = await Promise.all(
    connections.map(async ({ connection }) => {
      const record = await ports.connections.get(connection, now);
      return record !== undefined && mayRead(ports, record, subscription);
    }),
  );
  return connections.filter((_, index) => may[index]);
}
