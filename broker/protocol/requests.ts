import * as z from 'zod/mini';
import { DEADLINE_SECONDS, TOKEN_CHARACTERS } from '../model/limits';
import * as field from './fields';

const onQueue = { ref: field.ref, queue: field.queueName };

/** Publishes one message, or several with `messages`. */
export const publish = z
  .object({
    action: z.literal('publish'),
    ...onQueue,
    event: z.optional(field.publishedEvent),
    payload: z.optional(z.unknown()),
    headers: z.optional(field.headers),
    id: z.optional(field.messageId),
    messages: z.optional(field.publishedMessages),
  })
  .check(({ value, issues }) => {
    const refuse = (path: string, message: string) =>
      issues.push({ code: 'custom', input: value, path: [path], message });
    if (value.messages === undefined && value.event === undefined) refuse('event', 'is missing: expected a string');
    if (value.messages !== undefined)
      for (const alone of ['event', 'payload', 'headers', 'id'] as const)
        if (value[alone] !== undefined) refuse(alone, 'must be left out beside messages, each of which has its own');
  });

/** Adds to the client's subscription of a queue, creating it if needed. */
export const subscribe = z.object({
  action: z.literal('subscribe'),
  ...onQueue,
  /** Left out: ["*"], every event. */
  events: z.optional(field.events),
  /** Where a new subscription begins; default "new". */
  from: z.optional(field.position),
  ...field.settings,
});

/** Takes events off the client's subscription; with none left it ends. */
export const unsubscribe = z.object({
  action: z.literal('unsubscribe'),
  ...onQueue,
  /** Left out: all. */
  events: z.optional(field.events),
});

/** Moves the cursor, and forgets what is in flight. */
export const seek = z.object({ action: z.literal('seek'), ...onQueue, to: field.position });

/** These are processed. */
export const ack = z
  .object({ action: z.literal('ack'), ...onQueue, seqs: z.optional(field.seqs), upTo: z.optional(field.seq) })
  .check(({ value, issues }) => {
    if ((value.seqs === undefined) === (value.upTo === undefined))
      issues.push({ code: 'custom', input: value, path: ['seqs'], message: 'or upTo must be given, one of them' });
  });

/** Deliver these again. */
export const nack = z.object({
  action: z.literal('nack'),
  ...onQueue,
  seqs: field.seqs,
  /** Seconds; left out: the back-off. */
  delay: z.optional(field.wholeNumber(0, DEADLINE_SECONDS)),
  reason: field.reason,
});

/** These go to the dead letters now. */
export const reject = z.object({ action: z.literal('reject'), ...onQueue, seqs: field.seqs, reason: field.reason });

/** These are still being worked on. */
export const extend = z.object({
  action: z.literal('extend'),
  ...onQueue,
  seqs: field.seqs,
  seconds: field.wholeNumber(1, DEADLINE_SECONDS),
});

/** Deliver now what is in flight, and what fits the window. */
export const catchup = z.object({
  action: z.literal('catchup'),
  ref: field.ref,
  /** Left out: all subscriptions. */
  queue: z.optional(field.queueName),
});

/** What the server knows. */
export const list = z
  .object({
    action: z.literal('list'),
    ref: field.ref,
    what: z.enum(['clients', 'queues', 'subscriptions', 'deadLetters']),
    /** Whose subscriptions or dead letters. */
    queue: z.optional(field.queueName),
    /** Only this one’s dead letters. */
    clientId: z.optional(field.clientId),
    /** Only clients that are (or are not) connected. */
    connected: z.optional(z.boolean()),
    /** Default 50. */
    limit: z.optional(field.limit),
    cursor: z.optional(field.cursor),
  })
  .check(({ value, issues }) => {
    if (value.queue === undefined && (value.what === 'subscriptions' || value.what === 'deadLetters'))
      issues.push({ code: 'custom', input: value, path: ['queue'], message: 'is missing: expected a string' });
  });

/** What became of one message, for each subscriber. */
export const status = z.object({
  action: z.literal('status'),
  ...onQueue,
  seq: field.seq,
  /** Left out: as many as fit the reply. */
  limit: z.optional(field.limit),
  cursor: z.optional(field.cursor),
});

const ofDeadLetters = {
  ...onQueue,
  /** Left out: the caller. */
  clientId: z.optional(field.clientId),
  /** Left out: all. */
  seqs: z.optional(field.seqs),
};

/** Delivers dead letters again. */
export const redrive = z.object({ action: z.literal('redrive'), ...ofDeadLetters });

/** Drops dead letters. */
export const purge = z.object({ action: z.literal('purge'), ...ofDeadLetters });

/** Goes on with another credential: one that expires later, or grants other things. */
export const auth = z.object({
  action: z.literal('auth'),
  ref: field.ref,
  /** A token or an API key, of the same client. */
  token: z.string().check(z.minLength(1), z.maxLength(TOKEN_CHARACTERS)),
});

/** Keeps a connection from being idle. */
export const ping = z.object({ action: z.literal('ping'), ref: field.ref });

/** Every request, by its action. */
export const requestSchema = z.discriminatedUnion('action', [
  publish,
  subscribe,
  unsubscribe,
  seek,
  ack,
  nack,
  reject,
  extend,
  catchup,
  list,
  status,
  redrive,
  purge,
  auth,
  ping,
]);

export type Request = z.infer<typeof requestSchema>;
export type Action = Request['action'];
export type RequestOf<A extends Action> = Extract<Request, { action: A }>;
