import * as z from 'zod';
import * as field from './fields';

const onQueue = { ref: field.ref, queue: field.queueName };

/** Publishes one message, or several with `messages`. */
export const publish = z
  .object({
    action: z.literal('publish'),
    ...onQueue,
    event: field.publishedEvent.optional(),
    payload: z.unknown().optional(),
    headers: field.headers.optional(),
    id: field.messageId.optional(),
    messages: field.publishedMessages.optional(),
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
  events: field.events.optional().describe('Left out: ["*"], every event.'),
  from: field.position.optional().describe('Where a new subscription begins; default "new".'),
  ...field.settings,
});

/** Takes events off the client's subscription; with none left it ends. */
export const unsubscribe = z.object({
  action: z.literal('unsubscribe'),
  ...onQueue,
  events: field.events.optional().describe('Left out: all.'),
});

/** Moves the cursor, and forgets what is in flight. */
export const seek = z.object({ action: z.literal('seek'), ...onQueue, to: field.position });

/** These are processed. */
export const ack = z
  .object({ action: z.literal('ack'), ...onQueue, seqs: field.seqs.optional(), upTo: field.seq.optional() })
  .check(({ value, issues }) => {
    if ((value.seqs === undefined) === (value.upTo === undefined))
      issues.push({ code: 'custom', input: value, path: ['seqs'], message: 'or upTo must be given, one of them' });
  });

/** Deliver these again. */
export const nack = z.object({
  action: z.literal('nack'),
  ...onQueue,
  seqs: field.seqs,
  delay: z.int().min(0).max(900).optional().describe('Seconds; left out: the back-off.'),
  reason: field.reason,
});

/** These go to the dead letters now. */
export const reject = z.object({ action: z.literal('reject'), ...onQueue, seqs: field.seqs, reason: field.reason });

/** These are still being worked on. */
export const extend = z.object({
  action: z.literal('extend'),
  ...onQueue,
  seqs: field.seqs,
  seconds: z.int().min(1).max(900),
});

/** Deliver now what is in flight, and what fits the window. */
export const catchup = z.object({
  action: z.literal('catchup'),
  ref: field.ref,
  queue: field.queueName.optional().describe('Left out: all subscriptions.'),
});

/** What the server knows. */
export const list = z
  .object({
    action: z.literal('list'),
    ref: field.ref,
    what: z.enum(['clients', 'queues', 'subscriptions', 'deadLetters']),
    queue: field.queueName.optional().describe('Whose subscriptions or dead letters.'),
    clientId: field.clientId.optional().describe('Only this one’s dead letters.'),
    connected: z.boolean().optional().describe('Only clients that are (or are not) connected.'),
    limit: z.int().min(1).max(100).optional().describe('Default 50.'),
    cursor: z.string().max(4096).optional(),
  })
  .check(({ value, issues }) => {
    if (value.queue === undefined && (value.what === 'subscriptions' || value.what === 'deadLetters'))
      issues.push({ code: 'custom', input: value, path: ['queue'], message: 'is missing: expected a string' });
  });

/** What became of one message, for each subscriber. */
export const status = z.object({ action: z.literal('status'), ...onQueue, seq: field.seq });

const ofDeadLetters = {
  ...onQueue,
  clientId: field.clientId.optional().describe('Left out: the caller.'),
  seqs: field.seqs.optional().describe('Left out: all.'),
};

/** Delivers dead letters again. */
export const redrive = z.object({ action: z.literal('redrive'), ...ofDeadLetters });

/** Drops dead letters. */
export const purge = z.object({ action: z.literal('purge'), ...ofDeadLetters });

/** Goes on with another credential: one that expires later, or grants other things. */
export const auth = z.object({
  action: z.literal('auth'),
  ref: field.ref,
  token: z.string().min(1).max(16_384).describe('A token or an API key, of the same client.'),
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
