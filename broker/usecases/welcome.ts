import { formatGrants } from '../access/grants';
import { type Access, hasExpired } from '../access/identity';
import { attach, detach } from '../decide/attach';
import { countInFlight } from '../model/census';
import type { Client, Connection } from '../model/connection';
import {
  BATCH_MESSAGES,
  defaultWindow,
  FRAME_BYTES,
  HEARTBEAT_SECONDS,
  MESSAGE_BYTES,
  OPENING_MS,
  OPENING_RETRY_MS,
} from '../model/limits';
import type { ConnectionId } from '../model/names';
import { backlogOf, eventNames, type Flight, type Subscription, type SubscriptionKey } from '../model/subscription';
import type { Ports } from '../ports';
import { CREDENTIAL_EXPIRED, GONE, tooManyConnections } from '../protocol/closing';
import { encodeFrame, encodeMessages, type MessagesFrame } from '../protocol/encode';
import type { FrameOf, SubscriptionSummary } from '../protocol/frames';
import { errorFrame } from './answer';
import { findMessages } from './bury';
import { change } from './change';
import { deliver } from './deliver';
import { dismiss } from './dismiss';
import { eachApart } from './eachApart';
import { expiryFrom, expiryWith } from './expiry';
import { farewell } from './farewell';
import { fitting } from './fitting';
import { letGoOfGone } from './probe';
import { mayRead, unreadable } from './readers';
import { armExpiry, withdrawalOf } from './withdraw';

/**
 * Greets a new connection and delivers to it what its client missed. Harmless to repeat. Near the deadline, the rest is
 * left to a wake-up.
 *
 * The directory learns of the connection only after the greeting, so that no delivery overtakes the greeting. It learns
 * of it before the subscriptions are read, so that a subscription made meanwhile is either seen here or sees the
 * connection.
 */
export async function welcome(ports: Ports, id: ConnectionId): Promise<void> {
  if (ports.deadline?.isNear()) return ports.wakeUps.send({ kind: 'welcome', connection: id }, 0);
  const now = ports.clock.now();
  const connection = await ports.connections.get(id, now);
  if (connection === undefined) return;
  const withdrawal = await withdrawalOf(ports, connection.access);
  if (withdrawal !== undefined) return dismiss(ports, connection, withdrawal);
  const client = await ports.clients.get(connection.client, now);
  if (!client.connections.some((known) => known.connection === id)) {
    const limit = ports.settings.quotas['client.connections'];
    const others = client.connections.length;
    if (others >= limit && others - (await letGoOfGone(ports, client)) >= limit)
      return dismiss(ports, connection, tooManyConnections(limit));
    const greeting = await greetingOf(ports, connection, client);
    const { outcome } = await ports.pusher.push(id, [encodeFrame(greeting)]);
    if (outcome !== 'sent') return retry(ports, connection);
    // Armed before the connection is noted, so that no connection is served whose expiry nobody watches.
    if (connection.access !== undefined) await armExpiry(ports, id, connection.access);
    if (!(await ports.clients.addConnection(connection, limit, now)))
      return dismiss(ports, connection, tooManyConnections(limit));
  }
  const { subscriptions } = await ports.clients.get(connection.client, ports.clock.now());
  const attached = await eachApart(ports, subscriptions, (key) => attachTo(ports, key, connection));
  const after = await ports.connections.get(id, ports.clock.now());
  // The connection may have ended while we attached it, and its farewell have run before: do it again.
  if (after === undefined) await farewell(ports, connection);
  // The failure of one subscription does not stop the others: throw it after all are attached. What was not begun is
  // left to the repetition: if each also sent another wake-up, they would become ever more.
  if (attached.failures[0] !== undefined) throw attached.failures[0].error;
  if (after !== undefined && attached.begun < subscriptions.length)
    await ports.wakeUps.send({ kind: 'welcome', connection: id }, 0);
  // Access may have changed while we attached, and we may have used the old one: start over.
  if (after?.access !== undefined && !isSameAccess(after.access, connection.access)) await welcome(ports, id);
}

const isSameAccess = (a: Access, b: Access | undefined): boolean =>
  b !== undefined && formatGrants(a.grants) === formatGrants(b.grants);

async function greetingOf(ports: Ports, connection: Connection, client: Client): Promise<FrameOf<'welcome'>> {
  return {
    type: 'welcome',
    clientId: connection.client,
    connectionId: connection.connection,
    expiresAt: new Date(connection.expiresAt).toISOString(),
    heartbeat: HEARTBEAT_SECONDS,
    // What does not fit, because of very many or long names of events, is told by `list`.
    subscriptions: [...fitting(await summarize(ports, client.subscriptions), SUMMARIES_BYTES)],
    limits: {
      frame: FRAME_BYTES,
      message: MESSAGE_BYTES,
      batch: BATCH_MESSAGES,
      inFlight: defaultWindow(ports.settings),
    },
  };
}

// Room for the rest of the frame.
const SUMMARIES_BYTES = FRAME_BYTES - 1_024;

/** The state of subscriptions in short, in the order of their keys. */
export async function summarize(ports: Ports, keys: readonly SubscriptionKey[]): Promise<SubscriptionSummary[]> {
  const [subscriptions, queues] = await Promise.all([
    ports.subscriptions.getMany(keys, ports.clock.now()),
    ports.queues.getMany(keys.map(({ queue }) => queue)),
  ]);
  const byQueue = new Map(subscriptions.map((subscription) => [subscription.queue, subscription]));
  return keys.flatMap(({ queue }) => {
    const subscription = byQueue.get(queue);
    if (subscription === undefined) return [];
    const backlog = backlogOf(subscription, queues.get(queue)?.head ?? 0);
    return [{ queue, events: eventNames(subscription), inFlight: countInFlight(subscription), backlog }];
  });
}

async function attachTo(ports: Ports, key: SubscriptionKey, connection: Connection): Promise<void> {
  const attached = await change(ports, key, (subscription, now) =>
    mayRead(ports, connection, subscription)
      ? attach(subscription, connection, now, expiryWith(ports, key, connection))
      : { subscription: detach(subscription, connection.connection, expiryFrom(ports, key, now)), show: undefined },
  );
  if (attached === undefined) return;
  const { subscription, decision } = attached;
  const { show } = decision;
  if (show === undefined) {
    if (connection.access !== undefined && hasExpired(connection.access, ports.clock.now()))
      return dismiss(ports, connection, CREDENTIAL_EXPIRED);
    const refusal = errorFrame({}, unreadable(connection, subscription), ports.reporter);
    await ports.pusher.push(connection.connection, [encodeFrame(refusal)]);
    return;
  }
  if (show.length > 0) await showTo(ports, connection, subscription, show);
  await deliver(ports, subscription);
}

/** Pushes what is in flight on other connections, as fast as this one takes it. */
async function showTo(
  ports: Ports,
  { connection }: Connection,
  subscription: Subscription,
  show: readonly Flight[],
): Promise<void> {
  const share = await ports.memory?.take(show.length);
  const stillShown = (flights: readonly Flight[]) => inFlightStill(ports, subscription, connection, flights);
  try {
    let left = share === undefined ? show : await stillShown(show);
    while (left.length > 0) {
      const frames = await framesOf(ports, subscription, left);
      const { outcome, sent } = await ports.pusher.push(
        connection,
        frames.map(({ bytes }) => bytes),
      );
      if (outcome !== 'full' || ports.pusher.drained === undefined) break;
      const unsent = new Set(
        frames.slice(sent).flatMap(({ deliveries }) => deliveries.map(({ message }) => message.seq)),
      );
      await ports.pusher.drained(connection);
      left = await stillShown(left.filter(({ seq }) => unsent.has(seq)));
    }
  } finally {
    share?.free();
  }
}

async function framesOf(ports: Ports, subscription: Subscription, show: readonly Flight[]): Promise<MessagesFrame[]> {
  const messages = await findMessages(ports, subscription, show, ports.clock.now());
  const shown = show.flatMap(({ seq, attempt }) => {
    const message = messages.get(seq);
    return message === undefined ? [] : [{ message, attempt }];
  });
  return shown.length > 0 ? encodeMessages(subscription.queue, shown) : [];
}

/** Those that nobody has settled, and that have not been delivered anew, while a connection was waited for. */
async function inFlightStill(
  ports: Ports,
  key: SubscriptionKey,
  connection: ConnectionId,
  flights: readonly Flight[],
): Promise<readonly Flight[]> {
  const now = await ports.subscriptions.get(key, ports.clock.now());
  if (now === undefined || !now.connections.some((attached) => attached.connection === connection)) return [];
  const attempts = new Map(
    now.inFlight.filter(({ waiting, dead }) => !waiting && !dead).map(({ seq, attempt }) => [seq, attempt]),
  );
  return flights.filter(({ seq, attempt }) => attempts.get(seq) === attempt);
}

/**
 * The greeting was not taken: the connection may not be open yet, or its frames may be held up. Nothing may come before
 * the greeting, so it is tried again for a while. After that the connection is closed, and the client is to connect
 * again.
 */
async function retry(ports: Ports, { connection, connectedAt }: Connection): Promise<void> {
  if (ports.clock.now() - connectedAt < OPENING_MS)
    return ports.wakeUps.send({ kind: 'welcome', connection }, OPENING_RETRY_MS);
  await ports.pusher.close(connection, GONE.code, GONE.reason);
  await ports.connections.remove(connection);
}
