/** The frames as a client sees them, written down from the protocol and not taken from the broker's own schemas. */

export interface DeliveredMessage {
  seq: number;
  id: string;
  event: string;
  payload: unknown;
  headers: Record<string, string>;
  publisher: string;
  publishedAt: string;
  attempt: number;
}

export interface WelcomedSubscription {
  queue: string;
  events: string[];
  inFlight: number;
  backlog: number;
}

export interface Stored {
  seq: number;
  id: string;
  duplicate: boolean;
}

export interface Welcome {
  type: 'welcome';
  ref?: string;
  clientId: string;
  connectionId: string;
  expiresAt: string;
  heartbeat: number;
  subscriptions: WelcomedSubscription[];
  limits: { frame: number; message: number; batch: number; inFlight: number };
}

export interface Messages {
  type: 'messages';
  ref?: string;
  queue: string;
  from?: number;
  next?: number;
  messages: DeliveredMessage[];
}

export interface Published extends Stored {
  type: 'published';
  ref?: string;
  queue: string;
  /** In place of seq, id and duplicate when several were published. */
  messages: Stored[];
}

export interface Subscribed {
  type: 'subscribed';
  ref?: string;
  queue: string;
  events: string[];
  created: boolean;
  next: number;
  backlog: number;
}

export interface Unsubscribed {
  type: 'unsubscribed';
  ref?: string;
  queue: string;
  events: string[];
}

export interface Settlement<Type extends string> {
  type: Type;
  ref?: string;
  queue: string;
  settled: number;
  inFlight: number;
  backlog: number;
}

export interface CatchUp {
  type: 'catchup';
  ref?: string;
  queue?: string;
  redelivered: number;
  backlog: number;
}

export interface Sought {
  type: 'sought';
  ref?: string;
  queue: string;
  next: number;
  backlog: number;
}

export type Item = Record<string, unknown>;

export interface List {
  type: 'list';
  ref?: string;
  what: string;
  items: Item[];
  cursor?: string;
}

export interface Subscriber {
  clientId: string;
  state: 'backlog' | 'inFlight' | 'settled' | 'dead';
  attempt?: number;
  dueAt?: string;
}

export interface Status {
  type: 'status';
  ref?: string;
  queue: string;
  seq: number;
  event: string;
  publishedAt: string;
  subscribers: Subscriber[];
}

export interface Counted<Type extends string> {
  type: Type;
  ref?: string;
  queue: string;
  messages: number;
}

export interface Settled {
  type: 'settled';
  ref?: string;
  queue: string;
  seqs: number[];
}

export interface Refusal {
  type: 'error';
  ref?: string;
  code: string;
  message: string;
  field?: string;
  retryable: boolean;
  /** Seconds. */
  retryAfter?: number;
}

export interface Goodbye {
  type: 'goodbye';
  ref?: string;
  code: number;
  reason: string;
  reconnect: boolean;
}

/** The reply to each action. */
export interface Replies {
  publish: Published;
  subscribe: Subscribed;
  unsubscribe: Unsubscribed;
  ack: Settlement<'acked'>;
  nack: Settlement<'nacked'>;
  reject: Settlement<'rejected'>;
  extend: Settlement<'extended'>;
  catchup: CatchUp;
  seek: Sought;
  list: List;
  status: Status;
  redrive: Counted<'redriven'>;
  purge: Counted<'purged'>;
  ping: { type: 'pong'; ref?: string };
}

export type Action = keyof Replies;
export type Frame = Replies[Action] | Welcome | Messages | Settled | Refusal | Goodbye;
export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>;

/** A request by its action; what else is in it, the tests vary at will. */
export interface Request<A extends Action = Action> {
  action: A;
  [field: string]: unknown;
}

const REPLY_TYPES: { readonly [A in Action]: Replies[A]['type'] } = {
  publish: 'published',
  subscribe: 'subscribed',
  unsubscribe: 'unsubscribed',
  ack: 'acked',
  nack: 'nacked',
  reject: 'rejected',
  extend: 'extended',
  catchup: 'catchup',
  seek: 'sought',
  list: 'list',
  status: 'status',
  redrive: 'redriven',
  purge: 'purged',
  ping: 'pong',
};

export const isReplyTo = <A extends Action>(action: A, frame: Frame): frame is Frame & Replies[A] =>
  frame.type === REPLY_TYPES[action];

export const isOf = <Type extends Frame['type']>(type: Type, frame: Frame): frame is FrameOf<Type> =>
  frame.type === type;
