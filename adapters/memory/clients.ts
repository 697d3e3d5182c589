import type { Client, Connection } from '../../broker/model/connection';
import type { ClientId, ConnectionId, QueueName, Time } from '../../broker/model/names';
import type { NotedSubscription, SubscriptionKey } from '../../broker/model/subscription';
import type { ClientStore, Page, PageRequest } from '../../broker/ports';
import { notedAnew } from '../notedAnew';
import { paginate } from './pages';

interface Entry {
  readonly connections: Map<ConnectionId, Connection>;
  readonly subscriptions: Map<QueueName, NotedSubscription>;
}

/** The directory of clients, in this process. */
export class MemoryClients implements ClientStore {
  private readonly clients = new Map<ClientId, Entry>();

  /** What each client brought into being, in one hour. */
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

  async removeSubscription({ client, queue, shard, createdAt }: NotedSubscription): Promise<void> {
    const { subscriptions } = this.entry(client);
    const noted = subscriptions.get(queue);
    if (noted?.shard === shard && noted.createdAt === createdAt) subscriptions.delete(queue);
    this.forgetIfEmpty(client);
  }

  async countQueue(client: ClientId, queue: QueueName, hour: number, limit: number): Promise<boolean> {
    if (hour !== this.made.hour) this.made = { hour, queues: new Map() };
    const queues = this.made.queues.get(client) ?? new Set();
    if (!queues.has(queue) && queues.size >= limit) return false;
    this.made.queues.set(client, queues.add(queue));
    return true;
  }

  async list(page: PageRequest, now: Time, connected?: boolean): Promise<Page<Client>> {
    const clients = [...this.clients.keys()]
      .map((client) => this.view(client, now))
      .filter(({ connections, subscriptions }) => {
        if (connections.length === 0 && subscriptions.length === 0) return false;
        return connected === undefined || connected === connections.length > 0;
      });
    const away = ({ connections }: Client) => (connections.length === 0 ? 1 : 0);
    return paginate('clients', [0, ''], clients, (client) => [away(client), client.client], page);
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
