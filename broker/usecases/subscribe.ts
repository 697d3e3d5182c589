import { detach } from '../decide/attach';
import { widen } from '../decide/interest';
import {
  DEFAULT_ACK_DEADLINE,
  DEFAULT_MAX_DELIVERIES,
  defaultWindow,
  SUBSCRIPTION_EVENTS,
  SUBSCRIPTION_EVENTS_BYTES,
} from '../model/limits';
import { EVERY_EVENT, type EventName, type QueueName, type Seq, type Time } from '../model/names';
import {
  amend,
  backlogOf,
  eventNames,
  type NotedSubscription,
  type Subscription,
  type SubscriptionKey,
  type SubscriptionSettings,
} from '../model/subscription';
import { byteLength } from '../model/utf8';
import { type Ports, subscriptionWakeUp, Unavailable } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { RequestOf } from '../protocol/requests';
import { attachAll } from './attachAll';
import { change, findKey } from './change';
import { expiryFrom } from './expiry';
import { allowNewQueue } from './newQueue';
import type { Caller, Outcome } from './outcome';
import { locate } from './position';
import { shardsOf } from './queue';
import { readersOf } from './readers';
import { endSubscription } from './unsubscribe';

type Subscribe = RequestOf<'subscribe'>;

/** Adds to the caller's subscription of a queue, creating it if needed. */
export async function subscribe(ports: Ports, caller: Caller, request: Subscribe): Promise<Outcome> {
  const { queue } = request;
  const most = ports.settings.quotas['subscription.inFlight'];
  if (request.maxInFlight !== undefined && request.maxInFlight > most)
    throw new ProtocolError('invalid', `maxInFlight must be at most ${most} here`, 'maxInFlight');
  bound(request.events ?? []);
  const known = await findKey(ports, caller, queue);
  const existing = known && (await widenExisting(ports, known, request));
  const subscription = existing ?? (await create(ports, caller, request, known));
  const attached = await attachAll(ports, subscription);
  // The log is read once more, after the subscription was stored: what is published from here on finds the
  // subscription, what was published before is found by it.
  const head = (await ports.queues.get(queue))?.head ?? 0;
  await ports.subscriptions.persisted(subscription);
  return {
    reply: {
      type: 'subscribed',
      ref: request.ref,
      queue,
      events: eventNames(subscription),
      created: existing === undefined,
      next: subscription.next,
      backlog: backlogOf(subscription, head),
    },
    // If this is the first connection after an absence, flights may be due without a timer.
    wakeUps: attached.next <= head || attached.inFlight.length > 0 ? [subscriptionWakeUp(attached)] : [],
  };
}

async function widenExisting(
  ports: Ports,
  key: SubscriptionKey,
  request: Subscribe,
): Promise<Subscription | undefined> {
  const head = (await ports.queues.get(key.queue))?.head ?? 0;
  const extended = await change(ports, key, async (stored, now) => {
    const subscription = grown(stored, request, head + 1);
    if (subscription.events === stored.events) return { subscription };
    // Connections that may not read the new events get nothing from here on.
    const readers = await readersOf(ports, stored.connections, subscription);
    const others = stored.connections.filter((connection) => !readers.includes(connection));
    const left = others.reduce(
      (state, { connection }) => detach(state, connection, expiryFrom(ports, state, now)),
      subscription,
    );
    return { subscription: left };
  });
  return extended?.subscription;
}

function grown(subscription: Subscription, request: Subscribe, since: Seq): Subscription {
  const events = widen(subscription.events, request.events ?? [EVERY_EVENT], since);
  bound(events.map(({ event }) => event));
  const settings = settingsOf(request, subscription.settings);
  const same = (Object.keys(settings) as (keyof SubscriptionSettings)[]).every(
    (name) => settings[name] === subscription.settings[name],
  );
  return events === subscription.events && same ? subscription : amend(subscription, { events, settings });
}

/** @throws ProtocolError there are more than a subscription may have. */
function bound(events: readonly EventName[]): void {
  // `*` is not counted: it is the way to ask for fewer names.
  const named = events.filter((event) => event !== EVERY_EVENT);
  if (named.length > SUBSCRIPTION_EVENTS) throw tooMany(`be at most ${SUBSCRIPTION_EVENTS}`);
  if (byteLength(JSON.stringify(events)) > SUBSCRIPTION_EVENTS_BYTES)
    throw tooMany(`take at most ${SUBSCRIPTION_EVENTS_BYTES} bytes as JSON`);
}

const tooMany = (bound: string) =>
  new ProtocolError(
    'invalid',
    `events of one subscription must ${bound}: use ["*"], or unsubscribe from some`,
    'events',
  );

/** @param known the note of an earlier subscription, which expired. */
async function create(
  ports: Ports,
  caller: Caller,
  request: Subscribe,
  known: NotedSubscription | undefined,
): Promise<Subscription> {
  await allowNewQueue(ports, caller, request.queue);
  const now = ports.clock.now();
  const { queue, shard } = await place(ports, request.queue, now);
  const noted = await reserve(ports, { queue: request.queue, shard, client: caller.client, createdAt: now });
  // No new subscription came of it: undo the count made by `place`.
  if (noted === undefined || noted.shard !== shard || known !== undefined)
    await ports.queues.forgetSubscription(request.queue);
  if (noted === undefined)
    throw new ProtocolError(
      'invalid',
      `queue is one too many: a client may have ${ports.settings.quotas['client.subscriptions']} subscriptions; unsubscribe from another first`,
      'queue',
    );
  const next = await locate(ports, request.queue, queue, request.from ?? 'new', now);
  const created = begin(ports, noted, request, next, now);
  if (await ports.subscriptions.save(created, now)) return created;
  const other = await widenExisting(ports, noted, request);
  if (other === undefined) throw new Unavailable('the subscription was ended while it was made');
  return other;
}

const place = (ports: Ports, queue: QueueName, now: Time) =>
  ports.queues.placeSubscription(queue, ports.settings.shardSize, now, async (shards) => {
    const { subscribers } = await ports.subscriptions.count(shardsOf({ queue, shards }), now);
    return subscribers;
  });

/** Notes a subscription in the directory. If that is full, removes the notes of subscriptions that have expired. */
async function reserve(ports: Ports, wanted: NotedSubscription): Promise<NotedSubscription | undefined> {
  const limit = ports.settings.quotas['client.subscriptions'];
  const reserved = await ports.clients.addSubscription(wanted, limit);
  if (reserved !== undefined) return reserved;
  const now = ports.clock.now();
  const { subscriptions } = await ports.clients.get(wanted.client, now);
  const living = new Set((await ports.subscriptions.getMany(subscriptions, now)).map(({ queue }) => queue));
  for (const noted of subscriptions) if (!living.has(noted.queue)) await endSubscription(ports, noted);
  return ports.clients.addSubscription(wanted, limit);
}

function begin(ports: Ports, noted: NotedSubscription, request: Subscribe, next: Seq, now: number): Subscription {
  return {
    queue: noted.queue,
    shard: noted.shard,
    client: noted.client,
    version: 1,
    createdAt: noted.createdAt,
    events: widen([], request.events ?? [EVERY_EVENT], next),
    next,
    covered: next,
    inFlight: [],
    connections: [],
    settings: settingsOf(request, defaultsOf(ports)),
    // Not at once: the subscription of an anonymous client lives as long as its connection, which is attached in a
    // moment.
    expiresAt: expiryFrom(ports, noted, now + ports.settings.connectionLifetime),
  };
}

const defaultsOf = ({ settings }: Ports): SubscriptionSettings => ({
  ackDeadline: DEFAULT_ACK_DEADLINE,
  maxDeliveries: DEFAULT_MAX_DELIVERIES,
  maxInFlight: defaultWindow(settings),
});

const settingsOf = (
  { ackDeadline, maxDeliveries, maxInFlight }: Subscribe,
  otherwise: SubscriptionSettings,
): SubscriptionSettings => ({
  ackDeadline: ackDeadline ?? otherwise.ackDeadline,
  maxDeliveries: maxDeliveries ?? otherwise.maxDeliveries,
  maxInFlight: maxInFlight ?? otherwise.maxInFlight,
});
