import type { $brand } from 'zod/mini';

/** The name of a queue: 1 to 128 characters, no control characters. */
export type QueueName = string & $brand<'QueueName'>;
/** The name of an event inside its queue: as a queue's name. `*` stands for every event in a subscription. */
export type EventName = string & $brand<'EventName'>;
/** Who talks, by {@link CLIENT_ID}. Names the durable subscriber. */
export type ClientId = string & $brand<'ClientId'>;
/** One of a client's connections; given by the platform, disposable. */
export type ConnectionId = string & $brand<'ConnectionId'>;
/** The number of a message in its queue: 1, 2, 3 … */
export type Seq = number;
/** Milliseconds since 1970 UTC. */
export type Time = number;
/** A JSON text, kept as it will be sent, so that it is written once and never parsed again. */
export type JsonText = string & $brand<'JsonText'>;

/** The form of a client id, and how error messages describe it. */
export const CLIENT_ID = /^[A-Za-z0-9._:@-]{1,128}$/;
export const CLIENT_ID_RULE = '1 to 128 characters of A-Z a-z 0-9 . _ : @ -';

/** In a subscription: every event of the queue. */
export const EVERY_EVENT = '*' as EventName;

const ANONYMOUS = 'anon-';
const ANONYMOUS_CLIENT = /^anon-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether this client was named by the server: its subscriptions end with its connection. */
export const isAnonymous = (client: ClientId): boolean => ANONYMOUS_CLIENT.test(client);

/** Whether a client id looks like those that the server gives: no credential can be for one. */
export const looksAnonymous = (text: string): boolean => text.startsWith(ANONYMOUS);

/**
 * Names a client that gave no name. @param uuid a random one: nobody who cannot guess it can take its subscriptions.
 */
export const anonymousClient = (uuid: string): ClientId => `${ANONYMOUS}${uuid}` as ClientId;
