import type * as z from 'zod/mini';
import type {
  FrameOf,
  ListedClient,
  ListedDeadLetter,
  ListedSubscription,
  ListItem,
  ServerFrame,
} from '../broker/protocol/frames';
import type { requestSchema } from '../broker/protocol/requests';

export type { FrameOf, ListedClient, ListedDeadLetter, ListedSubscription, ServerFrame };

/**
 * A queue, as `list` tells it: `head` is the seq of its newest message.
 *
 * @useDeclaredType
 */
export type ListedQueue = Extract<ListItem, { head: number }>;

/** A request, as a frame without its `ref`: {@link Holdfast.request} adds one. */
export type Request = DistributiveOmit<z.input<typeof requestSchema>, 'ref'>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

interface Replies {
  publish: FrameOf<'published'>;
  subscribe: FrameOf<'subscribed'>;
  unsubscribe: FrameOf<'unsubscribed'>;
  seek: FrameOf<'sought'>;
  ack: FrameOf<'acked'>;
  nack: FrameOf<'nacked'>;
  reject: FrameOf<'rejected'>;
  extend: FrameOf<'extended'>;
  catchup: FrameOf<'catchup'>;
  status: FrameOf<'status'>;
  redrive: FrameOf<'redriven'>;
  purge: FrameOf<'purged'>;
  auth: FrameOf<'authenticated'>;
  ping: FrameOf<'pong'>;
}

interface ListItems {
  clients: ListedClient;
  queues: ListedQueue;
  subscriptions: ListedSubscription;
  deadLetters: ListedDeadLetter;
}

/** The frame that answers a request: a page of a list has items of the kind that was asked for. */
export type ReplyTo<R extends Request> = R extends { action: 'list'; what: infer What extends keyof ListItems }
  ? Omit<FrameOf<'list'>, 'items' | 'what'> & { what: What; items: ListItems[What][] }
  : R extends { action: infer Action extends keyof Replies }
    ? Replies[Action]
    : never;

/** Where a subscription begins, or is moved to. */
export type Position = NonNullable<Extract<Request, { action: 'subscribe' }>['from']>;

/**
 * Parses what came over the wire.
 *
 * @returns `failure` where API Gateway says, in a form of its own, that a function failed or was too busy; undefined if
 * it is no frame.
 */
export function readFrame(text: string): ServerFrame | 'failure' | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof frame !== 'object' || frame === null) return undefined;
  if ('type' in frame) return frame as ServerFrame;
  return 'message' in frame && 'requestId' in frame ? 'failure' : undefined;
}
