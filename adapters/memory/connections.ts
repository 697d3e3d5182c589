import type { Access, KeyId } from '../../broker/access';
import type { Connection } from '../../broker/model/connection';
import type { ConnectionId, Time } from '../../broker/model/names';
import type { ConnectionStore } from '../../broker/ports';

/** The connections, in this process. */
export class MemoryConnections implements ConnectionStore {
  private readonly connections = new Map<ConnectionId, Connection>();

  async add(connection: Connection): Promise<void> {
    this.connections.set(connection.connection, connection);
  }

  async get(connection: ConnectionId, now: Time): Promise<Connection | undefined> {
    const found = this.connections.get(connection);
    return found !== undefined && found.expiresAt > now ? found : undefined;
  }

  async renew(connection: ConnectionId, access: Access): Promise<boolean> {
    const found = this.connections.get(connection);
    if (found !== undefined) this.connections.set(connection, { ...found, access });
    return found !== undefined;
  }

  async ofKey(key: KeyId): Promise<readonly ConnectionId[]> {
    return [...this.connections.values()].filter(({ access }) => access?.key === key).map((one) => one.connection);
  }

  async remove(connection: ConnectionId): Promise<void> {
    this.connections.delete(connection);
  }
}
