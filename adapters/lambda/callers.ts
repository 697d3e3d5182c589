import type { ClientId, ConnectionId } from '../../broker/model/names';
import type { Ports } from '../../broker/ports';

/** Connections remembered at a time. */
const REMEMBERED = 10_000;

/** Whose connection it is: looked up at its first frame, and remembered, for it never changes. */
export class Callers {
  private readonly known = new Map<ConnectionId, ClientId>();

  /** @returns undefined if there is no record of the connection, or none any more. */
  async clientOf(
    { connections, clock }: Pick<Ports, 'connections' | 'clock'>,
    connection: ConnectionId,
  ): Promise<ClientId | undefined> {
    const known = this.known.get(connection);
    if (known !== undefined) return known;
    const found = await connections.get(connection, clock.now());
    if (found === undefined) return undefined;
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(connection, found.client);
    return found.client;
  }
}
