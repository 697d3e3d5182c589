import type { Connection } from '../model/connection';
import type { ClientId } from '../model/names';
import type { Ports } from '../ports';
import { GONE } from '../protocol/closing';

/**
 * Lets go of a connection that turned out to be gone. Closes it first: should it be there after all, its client learns that
 * nothing comes this way any more, and nobody would come back to it once it is let go of.
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
