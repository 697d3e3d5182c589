import type { Connection } from '../model/connection';
import type { ClientId } from '../model/names';
import { type Ports, Unavailable } from '../ports';
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

/**
 * As {@link letGo}, of several. One that cannot be ended now stays as it is, to be found gone by another push.
 *
 * @returns those that are detached.
 */
export async function letGoOfAll<One extends Pick<Connection, 'connection'>>(
  ports: Ports,
  client: ClientId,
  gone: readonly One[],
): Promise<One[]> {
  const ended: One[] = [];
  for (const one of gone) {
    try {
      await letGo(ports, client, one);
      ended.push(one);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { connection } = one;
      ports.reporter.warn('a connection that is gone could not be let go of', { client, connection, error });
    }
  }
  return ended;
}
