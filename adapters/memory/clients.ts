import * as z from 'zod/mini';
import { notedAnew } from '../../broker/decide/notedAnew';
import type { Client, Connection } from '../../broker/model/connection';
import type { ClientId, ConnectionId, QueueName, Time } from '../../broker/model/names';
import type { NotedSubscription, SubscriptionKey } from '../../broker/model/subscription';
import type { ClientStore, Page, PageRequest } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import { OrderedMap } from './orderedMap';
import { firstPage } from './pages';

/** The list takes all clients twice: first those that are connected, then the others. */
const Position = z.strictObject({ list: z.literal('clients'), connected: z.boolean(), after: z.string() });

interface Entry {
  readonly connections: Map<ConnectionId, Connection>;
  readonly subscriptions: Map<QueueName, NotedSubscription>;
}

/** The directory of clients, in this process. */
export class MemoryClients implements ClientStore {
  private readonly clients = new OrderedMap<ClientId, Entry>();

  /** The queues that each client created, in one hour. */
  private made = { hour: 0, queues: new Map<ClientId, Set<QueueName>>() };

  async get(client: ClientId, now: Time): Promise<Client> {
    return this.view(client, now);
  }

  async recall(client: ClientId, queue: QueueName): Promise<SubscriptionKey | undefined> {
    return this.clients.get(client)?.subscriptions.get(queue);
  }

  async addConnection(connection: Connection, limit: number, now: Time): Promise<boolean> {
    const others = this.view(connection.client, now).connections.filter(
      (one) => one.connection !== connection.connection,
    );
    if (others.length >= limit) return false;
    this.entry(connection.client).connections.set(connection.connection, connection);
    return true;
  }

  async removeConnection(client: ClientId, connection: ConnectionId): Promise<void> {
    this.entry(client).connections.delete(connection);
    this.forgetIfEmpty(client);
  }

  async addSubscription(
    { queue, shard, client, createdAt }: NotedSubscription,
    limit: number,
  ): Promise<NotedSubscription | undefined> {
    const { subscriptions } = this.entry(client);
    const there = subscriptions.get(queue);
    if (there === undefined && subscriptions.size >= limit) return undefined;
    const noted = there === undefined ? { queue, shard, client, createdAt } : notedAnew(there, createdAt);
    subscriptions.set(queue, noted);
    return noted;
  }

  async removeSubscription({ client, queue, shard, createdAt }: NotedSubscription): Promise<boolean> {
    const { subscriptions } = this.entry(client);
    const noted = subscriptions.get(queue);
    const isNotedSo = noted?.shard === shard && noted.createdAt === createdAt;
    if (isNotedSo) subscriptions.delete(queue);
    this.forgetIfEmpty(client);
    return isNotedSo;
  }

  async countQueue(client: ClientId, queue: QueueName, hour: number, limit: number): Promise<boolean> {
    if (hour !== this.made.hour) this.made = { hour, queues: new Map() };
    const queues = this.made.queues.get(client) ?? new Set();
    if (!queues.has(queue) && queues.size >= limit) return false;
    this.made.queues.set(client, queues.add(queue));
    return true;
  }

  async list({ limit, cursor }: PageRequest, now: Time, connected?: boolean): Promise<Page<Client>> {
    const after = cursor === undefined ? undefined : fromCursor(Position, cursor);
    const passes = [true, false].filter((pass) => connected === undefined || pass === connected);
    return firstPage(this.found(passes, after, now), limit, ({ client, connections }) =>
      toCursor({ list: 'clients', connected: connections.length > 0, after: client }),
    );
  }

  private *found(
    passes: readonly boolean[],
    after: z.infer<typeof Position> | undefined,
    now: Time,
  ): Generator<Client> {
    for (const connected of passes) {
      if (after?.connected === false && connected) continue;
      const from = after?.connected === connected ? (after.after as ClientId) : undefined;
      for (const [name, { subscriptions }] of this.clients.after(from)) {
        const client = this.view(name, now);
        if (client.connections.length > 0 ? connected : !connected && subscriptions.size > 0) yield client;
      }
    }
  }

  private view(client: ClientId, now: Time): Client {
    const entry = this.clients.get(client);
    return {
      client,
      connections: [...(entry?.connections.values() ?? [])].filter(({ expiresAt }) => expiresAt > now),
      subscriptions: [...(entry?.subscriptions.values() ?? [])],
    };
  }

  private forgetIfEmpty(client: ClientId): void {
    const { connections, subscriptions } = this.entry(client);
    if (connections.size === 0 && subscriptions.size === 0) this.clients.delete(client);
  }

  private entry(client: ClientId): Entry {
    const found = this.clients.get(client) ?? { connections: new Map(), subscriptions: new Map() };
    this.clients.set(client, found);
    return found;
  }
}
