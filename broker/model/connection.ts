import type { Access } from '../access/identity';
import type { ClientId, ConnectionId, Time } from './names';
import type { NotedSubscription } from './subscription';

/** One connection, as recorded when it was made. */
export interface Connection {
  readonly connection: ConnectionId;
  readonly client: ClientId;
  readonly connectedAt: Time;
  /** When the platform closes it at the latest. */
  readonly expiresAt: Time;
  /** What it may do. Left out where there is no access control. */
  readonly access?: Access;
}

/** What is known of a client: where it is connected, and where its subscriptions are. */
export interface Client {
  readonly client: ClientId;
  /** The connections that were welcomed and are not known to have ended. */
  readonly connections: readonly Connection[];
  readonly subscriptions: readonly NotedSubscription[];
}
