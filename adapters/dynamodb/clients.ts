import * as z from 'zod/mini';
import { notedAnew } from '../../broker/decide/notedAnew';
import type { Client, Connection } from '../../broker/model/connection';
import type { ClientId, ConnectionId, QueueName, Time } from '../../broker/model/names';
import type { NotedSubscription, SubscriptionKey } from '../../broker/model/subscription';
import { type ClientStore, type Page, type PageRequest, Unavailable } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import {
  addConnectionParameters,
  addSubscriptionParameters,
  clientKey,
  connectionCount,
  connectionsOf,
  countQueueParameters,
  LONGEST_KEY,
  removeClientParameters,
  removeConnectionsParameters,
  removeSubscriptionParameters,
  renoteSubscriptionParameters,
  subscriptionCount,
  subscriptionsOf,
  toClient,
} from './clientItem';
import type { Database, Written } from './database';
import type { Item } from './items';

/** How often a change is tried again because others changed the client meanwhile. */
const ATTEMPTS = 20;
/** Connections removed in one write: an expression has 4 KB. */
const AT_ONCE = 100;
/** Clients looked at in one request of a list, and how many requests a page may take. */
const SCANNED = 200;
const SCANS = 10;

/** The list takes all clients twice: first those that are connected, then the others. */
const Position = z.strictObject({
  list: z.literal('clients'),
  connected: z.boolean(),
  after: z.optional(z.string().check(z.minLength(1), z.maxLength(LONGEST_KEY))),
});
type Position = z.infer<typeof Position>;

/** Clients whose subscriptions are remembered. */
const REMEMBERED = 10_000;

/** The directory of clients in DynamoDB: one item each. */
export class DynamoClients implements ClientStore {
  private readonly heardOf = new Map<ClientId, readonly SubscriptionKey[]>();

  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  async get(client: ClientId, now: Time): Promise<Client> {
    const item = await this.db.get(this.table, clientKey(client));
    const found = item === undefined ? { client, connections: [], subscriptions: [] } : toClient(item, now);
    if (this.heardOf.size >= REMEMBERED) this.heardOf.clear();
    this.heardOf.set(client, found.subscriptions);
    return found;
  }

  async recall(client: ClientId, queue: QueueName): Promise<SubscriptionKey | undefined> {
    return this.heardOf.get(client)?.find((key) => key.queue === queue);
  }

  async addConnection(connection: Connection, limit: number, now: Time): Promise<boolean> {
    return this.decided(async () => {
      if ((await this.db.update(addConnectionParameters(this.table, connection, limit))).done) return true;
      const item = await this.db.get(this.table, clientKey(connection.client));
      if (item === undefined) return undefined;
      const noted = connectionsOf(item);
      if (noted.some((one) => one.connection === connection.connection)) return true;
      const expired = noted.filter(({ expiresAt }) => expiresAt <= now).map((one) => one.connection);
      if (expired.length > 0) {
        await this.db.update(removeConnectionsParameters(this.table, connection.client, expired.slice(0, AT_ONCE)));
        return undefined;
      }
      return connectionCount(item) >= limit ? false : undefined;
    });
  }

  async removeConnection(client: ClientId, connection: ConnectionId): Promise<void> {
    await this.removeIfEmpty(
      client,
      await this.db.update(removeConnectionsParameters(this.table, client, [connection])),
    );
  }

  async addSubscription(noted: NotedSubscription, limit: number): Promise<NotedSubscription | undefined> {
    const decision = await this.decided(async () => {
      const added = await this.db.update(addSubscriptionParameters(this.table, noted, limit));
      if (added.done) return { noted };
      const item = await this.db.get(this.table, clientKey(noted.client));
      if (item === undefined) return undefined;
      const there = subscriptionsOf(item).find(({ queue }) => queue === noted.queue);
      if (there === undefined) return subscriptionCount(item) >= limit ? { noted: undefined } : undefined;
      if (added.retried && there.shard === noted.shard && there.createdAt === noted.createdAt) return { noted };
      const anew = notedAnew(there, noted.createdAt);
      const { done } = await this.db.update(renoteSubscriptionParameters(this.table, there, anew));
      return done ? { noted: anew } : undefined;
    });
    return decision.noted;
  }

  async removeSubscription(noted: NotedSubscription): Promise<boolean> {
    const removed = await this.db.update(removeSubscriptionParameters(this.table, noted));
    await this.removeIfEmpty(noted.client, removed);
    return removed.done;
  }

  async countQueue(client: ClientId, _queue: QueueName, hour: number, limit: number): Promise<boolean> {
    return (await this.db.update(countQueueParameters(this.table, client, hour, limit))).done;
  }

  async list(request: PageRequest, now: Time, connected?: boolean): Promise<Page<Client>> {
    const start = { list: 'clients', connected: connected ?? true } as const;
    let position: Position | undefined = request.cursor === undefined ? start : fromCursor(Position, request.cursor);
    const items: Client[] = [];
    for (let scan = 0; position !== undefined && items.length < request.limit && scan < SCANS; scan++) {
      position = await this.scan(position, items, request.limit, now, connected === undefined);
    }
    return { items, ...(position === undefined ? {} : { cursor: toCursor(position) }) };
  }

  /** Adds what one request finds to `items`. Returns where to go on; undefined at the end of the list. */
  private async scan(position: Position, items: Client[], limit: number, now: Time, both: boolean) {
    const { list, connected, after } = position;
    const page = await this.db.scan({
      TableName: this.table,
      Limit: SCANNED,
      ExclusiveStartKey: after === undefined ? undefined : clientKey(after as ClientId),
    });
    for (const client of (page.Items ?? []).map((item) => toClient(item, now))) {
      const fits = connected
        ? client.connections.length > 0
        : client.connections.length === 0 && client.subscriptions.length > 0;
      if (!fits) continue;
      items.push(client);
      if (items.length === limit) return { list, connected, after: client.client };
    }
    const last = page.LastEvaluatedKey?.client?.S;
    if (last !== undefined) return { list, connected, after: last };
    return connected && both ? ({ list, connected: false } as const) : undefined;
  }

  /** Tries until there is a decision: `attempt` answers undefined if others were quicker. */
  private async decided<Decision>(attempt: () => Promise<Decision | undefined>): Promise<Decision> {
    for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
      const decision = await attempt();
      if (decision !== undefined) return decision;
    }
    throw new Unavailable('others kept changing the client');
  }

  private async removeIfEmpty(client: ClientId, removed: Written): Promise<void> {
    const left: Item | undefined = removed.done ? removed.item : undefined;
    if (left === undefined || connectionCount(left) > 0 || subscriptionCount(left) > 0) return;
    await this.db.delete(removeClientParameters(this.table, client));
  }
}
