import { hasExpired } from '../../broker/access';
import type { ConnectionId, Time } from '../../broker/model/names';
import type { Ports } from '../../broker/ports';
import type { Caller } from '../../broker/usecases/outcome';
import { decodeContext } from './accessContext';

/** Connections remembered at a time. */
const REMEMBERED = 10_000;

/**
 * How long a connection's access is remembered. A change of its access takes effect after this time at the latest.
 * Milliseconds.
 */
const GOOD_MS = 30_000;

/** Which connection a frame came by, and what API Gateway says of that. */
export interface Sender {
  readonly connection: ConnectionId;
  readonly connectedAt?: Time;
  /**
   * The context that the authorizer gave the connection when it was made; it stays the same for as long as that lasts.
   */
  readonly authorizer?: unknown;
}

interface Known {
  readonly caller: Caller;
  /** When this was true for certain: at the look-up, or when the connection was made. */
  readonly at: Time;
}

type Records = Pick<Ports, 'connections' | 'clock' | 'settings'>;

/** Finds the client of a connection, and what it may do. */
export class Callers {
  private readonly known = new Map<ConnectionId, Known>();

  /** @returns undefined if there is no record of the connection, or none any more. */
  async callerOf(ports: Records, sender: Sender): Promise<Caller | undefined> {
    const { settings, clock } = ports;
    const known = this.known.get(sender.connection) ?? (settings.accessControl ? this.given(sender) : undefined);
    // Without access control nothing of a connection ever changes.
    if (known !== undefined && (!settings.accessControl || isGood(known, clock.now()))) return known.caller;
    return this.lookUp(ports, sender.connection);
  }

  /** As it is now. */
  async lookUp({ connections, clock, settings }: Records, connection: ConnectionId): Promise<Caller | undefined> {
    const now = clock.now();
    const found = await connections.get(connection, now);
    // A connection that was made before access control was turned on has no access.
    if (found === undefined || (settings.accessControl && found.access === undefined)) {
      this.known.delete(connection);
      return undefined;
    }
    const { client, access } = found;
    const caller = { client, connection, ...(settings.accessControl && access ? { access } : {}) };
    this.remember(caller, now);
    return caller;
  }

  /** As it was when the connection was made. */
  private given({ connection, connectedAt, authorizer }: Sender): Known | undefined {
    const identity = connectedAt === undefined ? undefined : decodeContext(authorizer);
    if (identity === undefined || connectedAt === undefined) return undefined;
    const { client, ...access } = identity;
    return this.remember({ client, connection, access }, connectedAt);
  }

  private remember(caller: Caller, at: Time): Known {
    const known = { caller, at };
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(caller.connection, known);
    return known;
  }
}

const isGood = ({ caller, at }: Known, now: Time): boolean =>
  now - at < GOOD_MS && caller.access !== undefined && !hasExpired(caller.access, now);
