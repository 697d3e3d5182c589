import * as z from 'zod/mini';
import { ERROR_CODES } from './errors';
import * as field from './fields';

const reply = { ref: z.optional(z.string()) };
const count = z.int().check(z.minimum(0));
const events = z.array(z.string());

const subscriptionSummary = z.object({ queue: field.queueName, events, inFlight: count, backlog: count });

/** First on every connection. */
export const welcome = z.object({
  type: z.literal('welcome'),
  clientId: field.clientId,
  connectionId: z.string(),
  expiresAt: field.time,
  heartbeat: z.int(),
  subscriptions: z.array(subscriptionSummary),
  limits: z.object({ frame: z.int(), message: z.int(), batch: z.int(), inFlight: z.int() }),
});

const published = z.object({ seq: field.seq, id: z.string(), duplicate: z.boolean() });

/** A message as it is delivered. */
export const deliveredMessage = z.object({
  seq: field.seq,
  id: z.string(),
  event: z.string(),
  payload: z.unknown(),
  headers: field.headers,
  publisher: z.string(),
  publishedAt: field.time,
  attempt: count,
});

const settlement = { ...reply, queue: field.queueName, settled: count, inFlight: count, backlog: count };
const letterCount = { ...reply, queue: field.queueName, messages: count };

/** Answers to publish: for one message, and for several. */
export const publishedFrame = z.object({
  type: z.literal('published'),
  ...reply,
  queue: field.queueName,
  seq: z.optional(field.seq),
  id: z.optional(z.string()),
  duplicate: z.optional(z.boolean()),
  messages: z.optional(z.array(published)),
});

const listedClient = z.object({
  clientId: field.clientId,
  connected: z.boolean(),
  connections: z.array(z.object({ connectionId: z.string(), connectedAt: field.time })),
  subscriptions: z.array(subscriptionSummary),
});

const listedQueue = z.object({
  queue: field.queueName,
  events,
  head: count,
  subscribers: count,
  connected: count,
});

const listedSubscription = z.object({
  clientId: field.clientId,
  events,
  next: field.seq,
  inFlight: count,
  backlog: count,
  dead: count,
  connected: z.boolean(),
  settings: z.object({ ackDeadline: z.int(), maxDeliveries: z.int(), maxInFlight: z.int() }),
});

const listedDeadLetter = z.extend(z.omit(deliveredMessage, { attempt: true }), {
  clientId: field.clientId,
  reason: z.string(),
  attempts: count,
  diedAt: field.time,
});

const subscriberStatus = z.object({
  clientId: field.clientId,
  state: z.enum(['backlog', 'inFlight', 'settled', 'dead']),
  attempt: z.optional(count),
  dueAt: z.optional(field.time),
});

/** Every frame the server sends, by its type. */
export const serverFrameSchema = z.discriminatedUnion('type', [
  welcome,
  publishedFrame,
  z.object({
    type: z.literal('subscribed'),
    ...reply,
    queue: field.queueName,
    events,
    created: z.boolean(),
    next: field.seq,
    backlog: count,
  }),
  z.object({ type: z.literal('unsubscribed'), ...reply, queue: field.queueName, events }),
  z.object({
    type: z.literal('messages'),
    queue: field.queueName,
    from: z.optional(field.seq),
    next: z.optional(field.seq),
    messages: z.array(deliveredMessage).check(z.minLength(1)),
  }),
  z.object({ type: z.literal('acked'), ...settlement }),
  z.object({ type: z.literal('nacked'), ...settlement }),
  z.object({ type: z.literal('rejected'), ...settlement }),
  z.object({ type: z.literal('extended'), ...settlement }),
  z.object({ type: z.literal('settled'), queue: field.queueName, seqs: z.array(field.seq) }),
  z.object({
    type: z.literal('catchup'),
    ...reply,
    queue: z.optional(field.queueName),
    redelivered: count,
    backlog: count,
  }),
  z.object({ type: z.literal('sought'), ...reply, queue: field.queueName, next: field.seq, backlog: count }),
  z.object({
    type: z.literal('list'),
    ...reply,
    what: z.enum(['clients', 'queues', 'subscriptions', 'deadLetters']),
    items: z.array(z.union([listedClient, listedQueue, listedSubscription, listedDeadLetter])),
    cursor: z.optional(z.string()),
  }),
  z.object({
    type: z.literal('status'),
    ...reply,
    queue: field.queueName,
    seq: field.seq,
    event: z.string(),
    publishedAt: field.time,
    subscribers: z.array(subscriberStatus),
    cursor: z.optional(z.string()),
  }),
  z.object({ type: z.literal('redriven'), ...letterCount }),
  z.object({ type: z.literal('purged'), ...letterCount }),
  z.object({
    type: z.literal('authenticated'),
    ...reply,
    clientId: field.clientId,
    expiresAt: z.optional(field.time),
  }),
  z.object({ type: z.literal('pong'), ...reply }),
  z.object({
    type: z.literal('error'),
    ...reply,
    code: z.enum(ERROR_CODES),
    message: z.string(),
    field: z.optional(z.string()),
    retryable: z.boolean(),
    retryAfter: z.optional(z.int().check(z.minimum(1))),
  }),
  z.object({
    type: z.literal('gap'),
    queue: field.queueName,
    from: field.seq,
    to: field.seq,
    reason: z.literal('expired'),
  }),
  z.object({ type: z.literal('goodbye'), code: z.int(), reason: z.string(), reconnect: z.boolean() }),
]);

export type ServerFrame = z.infer<typeof serverFrameSchema>;
/** A frame from the server, by its type. */
export type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
export type ListItem = FrameOf<'list'>['items'][number];
export type ListedQueue = z.infer<typeof listedQueue>;
/**
 * A client, as `list` tells it: `connected` is whether it has a connection.
 *
 * @useDeclaredType
 */
export type ListedClient = z.infer<typeof listedClient>;
/**
 * A subscription of a queue, as `list` tells it.
 *
 * @useDeclaredType
 */
export type ListedSubscription = z.infer<typeof listedSubscription>;
/**
 * A dead letter, as `list` tells it: the message as it was, whose it is, and why.
 *
 * @useDeclaredType
 */
export type ListedDeadLetter = z.infer<typeof listedDeadLetter>;
export type SubscriberStatus = z.infer<typeof subscriberStatus>;
export type SubscriptionSummary = z.infer<typeof subscriptionSummary>;
