import type { Access, KeyId } from '../access/identity';
import type { Client, Connection } from '../model/connection';
import type { ClientId, ConnectionId, QueueName, Time } from '../model/names';
import type { NotedSubscription, SubscriptionKey } from '../model/subscription';
import type { Page, PageRequest } from './page';

/** The connections, as they are made and end. */
export interface ConnectionStore {
  /** Records a connection. On AWS this wakes `welcome`, by the table's stream. */
  add(connection: Connection): Promise<void>;
  /** Consistent. One whose `expiresAt` is not after `now` is left out. */
  get(connection: ConnectionId, now: Time): Promise<Connection | undefined>;
  /**
   * Gives a connection other access than it was made with.
   *
   * @returns false if there is no such connection: nothing was changed.
   */
  renew(connection: ConnectionId, access: Access): Promise<boolean>;
  /** The connections that have their access by this key. May leave out connections made a moment ago. */
  ofKey(key: KeyId): Promise<readonly ConnectionId[]>;
  /** Forgets a connection; harmless to repeat. On AWS this wakes `farewell`, by the table's stream. */
  remove(connection: ConnectionId): Promise<void>;
}

/**
 * The directory of clients. It is kept apart from subscriptions and connections, and read consistently, so that of a
 * connection and a subscription made at the same time one always sees the other. An index would be eventually
 * consistent, so that neither might see the other.
 */
export interface ClientStore {
  /** Consistent. An unknown client has no connections and no subscriptions. Expired connections are left out. */
  get(client: ClientId, now: Time): Promise<Client>;
  /**
   * Where the client's subscription to a queue was when this process last heard of it; undefined if it never did. Reads
   * no store, and may be out of date: a caller that finds no subscription there asks {@link get}.
   */
  recall(client: ClientId, queue: QueueName): Promise<SubscriptionKey | undefined>;
  /**
   * Adds a connection to its client; harmless to repeat.
   *
   * @param limit how many unexpired ones it may have with this one.
   * @returns false if it has `limit` others: nothing was changed.
   */
  addConnection(connection: Connection, limit: number, now: Time): Promise<boolean>;
  /** Harmless to repeat. */
  removeConnection(client: ClientId, connection: ConnectionId): Promise<void>;
  /**
   * Notes that a subscription is about to be stored at this key. If a subscription is already noted for this queue its
   * key stays, and its createdAt is raised, so that whoever is ending the older one cannot remove this note.
   *
   * @returns what is noted for this queue; undefined if the client has `limit` others: nothing was changed.
   */
  addSubscription(noted: NotedSubscription, limit: number): Promise<NotedSubscription | undefined>;
  /**
   * Removes a note if it has this shard and `createdAt`; harmless to repeat.
   *
   * @returns whether this call removed it; false also if that is not known.
   */
  removeSubscription(noted: NotedSubscription): Promise<boolean>;
  /**
   * Counts a queue that a client is about to create. A queue that it creates twice at the same time may be counted
   * twice.
   *
   * @param hour since 1970; counts of other hours do not matter.
   * @returns false if it has created `limit` others in this hour: nothing was changed.
   */
  countQueue(client: ClientId, queue: QueueName, hour: number, limit: number): Promise<boolean>;
  /**
   * All clients that have connections or subscriptions, those with connections first.
   *
   * @param connected only those that have connections (true) or have none (false).
   */
  list(page: PageRequest, now: Time, connected?: boolean): Promise<Page<Client>>;
}
