import { DEFAULT_QUOTAS, MOST_IN_FLIGHT, type Quotas } from './quotas';

/** Bytes of a frame, either way. API Gateway's limit for one WebSocket frame (AWS quotas, "WebSocket frame size"). */
export const FRAME_BYTES = 32_768;
/** Bytes of a published message as JSON; leaves room for what a delivery adds, so that it fits one frame. */
export const MESSAGE_BYTES = 30_000;
/** Messages in one publish. */
export const BATCH_MESSAGES = 100;
/** Characters of the name of a queue or an event, and of a message's id. */
export const NAME_CHARACTERS = 128;
/** Characters of a request's `ref`. */
export const REF_CHARACTERS = 64;
/** Event names in one request. */
export const REQUEST_EVENTS = 100;
/** Event names that one subscription asks for. */
export const SUBSCRIPTION_EVENTS = 200;
/** Bytes of these names as JSON, so that a frame that lists them has room for other fields. */
export const SUBSCRIPTION_EVENTS_BYTES = 16_384;
/** Characters of a reason. */
export const REASON_CHARACTERS = 1_024;
/** Characters of a cursor. */
export const CURSOR_CHARACTERS = 4_096;
/** Characters of a token or an API key. */
export const TOKEN_CHARACTERS = 16_384;
/** Seconds of an ack deadline, of an extension, and of a nack's delay. */
export const DEADLINE_SECONDS = 900;
/** Defaults of a subscription that sets none. Seconds, and attempts. */
export const DEFAULT_ACK_DEADLINE = 30;
export const DEFAULT_MAX_DELIVERIES = 5;
/** Messages named by one ack, nack, reject or extend: the largest window. */
export const WINDOW_MESSAGES = MOST_IN_FLIGHT;
/**
 * Event names that a queue remembers for `list`; more are delivered like any other, but not listed. Few, for a publish
 * is charged for the whole record that holds them.
 */
export const LISTED_EVENTS = 100;
/** Bytes of an event name that is remembered, for the same reason. */
export const LISTED_EVENT_BYTES = 128;
/** Seconds without a frame after which a client should send `ping`: API Gateway closes after 600. */
export const HEARTBEAT_SECONDS = 240;

/** The longest that a redelivery waits, unless the ack deadline is longer. Milliseconds. */
export const MAX_BACKOFF_MS = 600_000;
/**
 * A number that was taken and is not written after this time never will be: the publishing function lives 10 s at most.
 * Milliseconds.
 */
export const PUBLISHER_LIFETIME_MS = 30_000;
/**
 * Numbers in a row that are filled at most. If more are missing, they were not taken by publishers that died: a queue's
 * counter was moved on, as it is when a deployment is restored. The first of them are passed like expired ones.
 */
export const HOLES_IN_A_ROW = 1_000;
/** A request writes within this time or not at all: the functions that answer live 10 s. Milliseconds. */
export const REQUEST_LIFETIME_MS = 10_000;
/**
 * A subscription noted in the directory is stored within this time or not at all: a function lives 10 s, and clocks are
 * up to 30 s apart. Milliseconds.
 */
export const STORED_AFTER_MS = 60_000;
/** A connection younger than this that refuses a push as gone may only not be open yet. Milliseconds. */
export const OPENING_MS = 10_000;
/** How soon a connection that may not be open yet is tried again. Milliseconds. */
export const OPENING_RETRY_MS = 1_000;
/** How soon a connection is pushed to again that was found gone and could not be ended. Milliseconds. */
export const LET_GO_RETRY_MS = 30_000;
/** How soon the burial of a dead letter is tried again after a crash. Milliseconds. */
export const BURIAL_RETRY_MS = 5_000;
/** After passing over this many unwanted messages the cursor is stored although nothing was delivered. */
export const UNSTORED_SKIP = 100;
/** Characters of a nack's reason that are kept until its message dies or is settled. */
export const KEPT_REASON = 256;
/**
 * Bytes of JSON for all reasons of waiting messages, and as many for those of dead ones. What does not fit is not kept.
 */
export const KEPT_REASONS_BYTES = 16_384;
/**
 * Messages that a subscription holds in flight at most, waiting and redriven ones included. They are stored as one
 * item, which may take 400 KB (DynamoDB quotas, "item size").
 */
export const HELD_MESSAGES = 4_000;

/** What an operator may set. */
export interface BrokerSettings {
  /** Milliseconds that a message is kept: 1 hour to 365 days. */
  readonly messageRetention: number;
  /** Milliseconds that every message was kept at least, whatever `messageRetention` was when it was published. */
  readonly leastRetention: number;
  /** Milliseconds that a dead letter is kept. */
  readonly deadLetterRetention: number;
  /** Milliseconds until a subscription that nobody connects to ends; Infinity: never. */
  readonly subscriptionExpiry: number;
  /** Milliseconds that a connection lasts at most. */
  readonly connectionLifetime: number;
  /** Subscriptions of a queue that share a shard before it gets another. */
  readonly shardSize: number;
  /** Whether clients need a credential, and may do what it grants and nothing else. */
  readonly accessControl: boolean;
  readonly quotas: Quotas;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Least and most, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The ranges of what an operator may set. Milliseconds; a subscription's expiry may also be Infinity: never. */
export const SETTING_BOUNDS = {
  messageRetention: { least: HOUR, most: 365 * DAY },
  deadLetterRetention: { least: HOUR, most: 365 * DAY },
  subscriptionExpiry: { least: DAY, most: Number.MAX_SAFE_INTEGER },
} as const satisfies { readonly [Name in keyof BrokerSettings]?: Bounds };

/** The defaults; API Gateway ends connections after 2 hours (AWS quotas, "connection duration"). */
export const DEFAULT_SETTINGS: BrokerSettings = {
  messageRetention: 7 * DAY,
  leastRetention: SETTING_BOUNDS.messageRetention.least,
  deadLetterRetention: 14 * DAY,
  subscriptionExpiry: 31 * DAY,
  connectionLifetime: 2 * HOUR,
  shardSize: 250,
  accessControl: false,
  quotas: DEFAULT_QUOTAS,
};

/** The window of a subscription that sets none. */
export const defaultWindow = ({ quotas }: BrokerSettings): number => Math.min(100, quotas['subscription.inFlight']);
