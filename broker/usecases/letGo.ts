import type { Connection } from '../model/connection';
import type { ClientId } from '../model/names';
import type { Ports } from '../ports';
import { GONE } from '../protocol/closing';

/**
 * Detaches a connection that a push found gone. Closes it first: if it is open after all, its client learns that it
 * gets nothing any more and connects again. Once it is detached, nothing would ever be sent to it.
 */
export async function letGo(
  { pusher, connections, clients }: Pick<Ports, 'pusher' | 'connections' | 'clients'>,
  client: ClientId,
  { connection }: Pick<Connection, 'connection'>,
): Promise<void> {
  await pusher.close(connection, GONE.code, GONE.reason);
  await connections.remove(connection);
  await clients.removeConnection(client, connection);
}
