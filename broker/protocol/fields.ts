import * as z from 'zod/mini';
import {
  BATCH_MESSAGES,
  CURSOR_CHARACTERS,
  DEADLINE_SECONDS,
  NAME_CHARACTERS,
  REASON_CHARACTERS,
  REF_CHARACTERS,
  REQUEST_EVENTS,
  WINDOW_MESSAGES,
} from '../model/limits';
import { CLIENT_ID, CLIENT_ID_RULE } from '../model/names';

// A lone surrogate has no UTF-8 form: two such names would become one key.
const NAME = new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${NAME_CHARACTERS}}$`, 'u');

/** A whole number between two bounds, both included. */
export const wholeNumber = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));

const name = () => z.string().check(z.regex(NAME, { error: ({ input }) => faultOfName(String(input)) }));

function faultOfName(text: string): string {
  if (text === '') return 'must not be empty';
  if ([...text].length > NAME_CHARACTERS) return `must be at most ${NAME_CHARACTERS} characters`;
  return 'must not contain control characters or lone surrogates';
}

/** The name of a queue: 1 to 128 characters. */
export const queueName = name().brand<'QueueName'>();
/** The name of an event in a subscription, or `*` for every event. */
export const eventName = name().brand<'EventName'>();
/** The name of a published event; may not be `*`. */
export const publishedEvent = eventName.check(
  z.regex(/^(?!\*$)/, { error: 'must not be *, which stands for every event in a subscription' }),
);
/** Who talks. */
export const clientId = z
  .string()
  .check(z.regex(CLIENT_ID, { error: `must be ${CLIENT_ID_RULE}` }))
  .brand<'ClientId'>();

/** Up to 64 characters, echoed in the reply. */
export const ref = z.optional(z.string().check(z.maxLength(REF_CHARACTERS)));
/** The number of a message. */
export const seq = z.int().check(z.minimum(1));
/** Numbers of messages, as acknowledged. */
export const seqs = z.array(seq).check(z.minLength(1), z.maxLength(WINDOW_MESSAGES));
/** A moment: ISO 8601 with `Z` or an offset. */
export const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-01T00:00:00Z' });
/** Chosen by the publisher: makes a publish idempotent. */
export const messageId = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(NAME_CHARACTERS),
    z.regex(/^\P{Cs}*$/u, { error: 'must not contain lone surrogates' }),
  );
/** Why a message was nacked or rejected. */
export const reason = z.optional(z.string().check(z.maxLength(REASON_CHARACTERS)));
/**
 * Strings by name. Checked in place, and not copied by the schema: a copy would lose names such as `__proto__`, which
 * mean something to JavaScript.
 */
export const headers = z
  .custom<Record<string, string>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object of strings',
  )
  .check(({ value, issues }) => {
    for (const [key, text] of Object.entries(value))
      if (typeof text !== 'string')
        issues.push({ code: 'custom', input: text, path: [key], message: 'must be a string' });
  });

/** How many items of a list at most. */
export const limit = wholeNumber(1, 100);
/** Where the reply before ended. */
export const cursor = z.string().check(z.maxLength(CURSOR_CHARACTERS));

const absent = z.optional(z.never());

/** Where in the log a subscription begins or is moved to: one place, not two. */
export const position = z.union(
  [z.literal('new'), z.literal('earliest'), z.object({ seq, time: absent }), z.object({ time, seq: absent })],
  {
    error: 'must be "new", "earliest", {"seq": 1 or more} or {"time": "2026-11-01T00:00:00Z"}',
  },
);
export type Position = z.infer<typeof position>;

/** One of several messages in a publish. */
export const publishedMessage = z.object({
  event: publishedEvent,
  /** Any JSON value; null if left out. */
  payload: z.optional(z.unknown()),
  headers: z.optional(headers),
  id: z.optional(messageId),
});
export type PublishedMessage = z.infer<typeof publishedMessage>;

export const publishedMessages = z.array(publishedMessage).check(z.minLength(1), z.maxLength(BATCH_MESSAGES));

export const events = z.array(eventName).check(z.minLength(1), z.maxLength(REQUEST_EVENTS));

/** The settings of a subscription, as a request may change them. */
export const settings = {
  /** Seconds; default 30. */
  ackDeadline: z.optional(wholeNumber(1, DEADLINE_SECONDS)),
  /** Default 5; 0: no limit. */
  maxDeliveries: z.optional(wholeNumber(0, 100)),
  /** Default 100. */
  maxInFlight: z.optional(wholeNumber(1, WINDOW_MESSAGES)),
};
