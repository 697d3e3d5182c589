import type { Connection } from './connection';
import { Emitter } from './emitter';
import { Closed, errorOf, type HoldfastError, isHoldfastError, StoreFailed, Unreachable } from './errors';
import type { Events } from './events';
import { Inbox } from './inbox';
import { Link, type State } from './link';
import type { Message } from './message';
import { openOutboxStore } from './openOutboxStore';
import type { ConnectOptions, ConsumeOptions, SubscribeOptions } from './options';
import { Outbox, type Published, type PublishOptions } from './outbox';
import type { AnyQueues, EventOf, PayloadOf, QueueOf } from './queues';
import { type RequestOptions, Requests } from './requests';
import { Loop, type Subscription } from './subscription';
import { systemTimers, type Timers } from './timers';
import { onWake } from './wakes';
import type { FrameOf, ReplyTo, Request, ServerFrame } from './wire';
import { type Consumption, type Handler, Worker } from './worker';

/** A message of a queue: which event it is tells the type of its payload. */
export type MessageOf<
  Q,
  Queue extends QueueOf<Q>,
  Event extends EventOf<Q, Queue> = EventOf<Q, Queue>,
> = Event extends unknown ? Message<Event, PayloadOf<Q, Queue, Event>> : never;

/** The payload, which may be left out where it may be undefined, and the options. */
type PublishArguments<Payload> = undefined extends Payload
  ? [payload?: Payload, options?: PublishOptions]
  : [payload: Payload, options?: PublishOptions];

const CONNECT_MS = 30_000;
const CLOSE_MS = 5_000;
const BUFFER = 1_000;
const ACK_DELAY_MS = 1_000;
const MAX_EXTENSION_SECONDS = 900;

/**
 * A client of Holdfast: publishes, subscribes and asks, over as many connections as it takes, one at a time. Made by
 * {@link connect}; made by `new`, it connects in the background, and what it is asked meanwhile waits.
 *
 * @typeParam Q the queues, their events and payloads; left out, any.
 */
export class Holdfast<Q = AnyQueues> {
  private readonly emitter = new Emitter<Events>();
  private readonly inboxes = new Map<string, Inbox>();
  private readonly timers: Timers;
  private readonly requests: Requests;
  private readonly link: Link;
  private readonly outbox: Outbox;
  private readonly stopWaking: () => void;
  private ending: Promise<void> | undefined;
  private closedBy: HoldfastError | undefined;

  /**
   * @param url `ws://127.0.0.1:8080`, or the `wss://…` that a deployment prints.
   * @throws TypeError if `url` is none.
   */
  constructor(
    readonly url: string,
    private readonly options: ConnectOptions = {},
  ) {
    const { timers = systemTimers, signal } = options;
    new URL(url);
    this.timers = timers;
    this.requests = new Requests(timers, () => this.link.connection);
    this.link = new Link(
      {
        url,
        clientId: options.clientId,
        token: options.token,
        webSocket: options.webSocket,
        heartbeat: options.heartbeat,
        timers,
      },
      {
        changed: (state, error) => this.changed(state, error),
        opened: (connection) => this.opened(connection),
        received: (frame, connection) => this.received(frame, connection),
        goodbye: (frame) => this.emitter.emit('goodbye', frame),
        ended: (connection) => {
          this.requests.ended(connection);
          for (const inbox of this.inboxes.values()) inbox.ended(connection);
        },
      },
    );
    this.outbox = new Outbox({
      timers,
      requests: this.requests,
      store: options.bufferStore === 'indexeddb' ? openOutboxStore(`${url} ${options.clientId ?? ''}`) : undefined,
      buffer: options.buffer ?? BUFFER,
      isOpen: () => this.link.connection !== undefined,
    });
    this.stopWaking = onWake(() => this.link.wake());
    if (signal?.aborted) this.link.close(new Closed('the signal was aborted already'));
    else {
      signal?.addEventListener('abort', () => void this.close(), { once: true });
      this.link.start();
      void this.restore();
    }
  }

  /**
   * As {@link connect}.
   *
   * @throws HoldfastError
   */
  static async connect<Q = AnyQueues>(url: string, options: ConnectOptions = {}): Promise<Holdfast<Q>> {
    const holdfast = new Holdfast<Q>(url, options);
    await holdfast.opening();
    return holdfast;
  }

  get state(): State {
    return this.link.state;
  }

  /** The name this client goes by, also if the server made it up; undefined before the first connection. */
  get clientId(): string | undefined {
    return this.options.clientId ?? this.link.connection?.welcome?.clientId;
  }

  /** The welcome of the connection there is: who, until when, what was subscribed to, limits. */
  get welcome(): FrameOf<'welcome'> | undefined {
    return this.link.connection?.welcome;
  }

  /**
   * Listens to what happens besides messages: {@link Events} says what there is.
   *
   * @returns stops listening.
   */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    return this.emitter.on(name, listener);
  }

  /**
   * Publishes a message. While there is no connection it waits for one; what is published within one turn of the program
   * goes as one frame, in order.
   *
   * ```ts
   * const { seq } = await holdfast.publish('orders', 'created', { id: 7 });
   * ```
   *
   * @param payload any JSON value; with the headers at most 30,000 bytes.
   * @returns once the message is durable.
   * @throws HoldfastError `BufferFull`, `TooLarge`, `Forbidden`, `RateLimited` … `retryable` says whether it is worth another
   * try; give it an `id` of its own then.
   */
  publish<Queue extends QueueOf<Q>, Event extends EventOf<Q, Queue>>(
    queue: Queue,
    event: Event,
    ...[payload, options]: PublishArguments<PayloadOf<Q, Queue, Event>>
  ): Promise<Published> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    return this.outbox.publish(queue, event, payload, options);
  }

  /**
   * Subscribes to events of a queue, and yields their messages one at a time, in order; see {@link Subscription} for how
   * they are acked. The subscription is the client's and stays when the loop is left: what comes meanwhile waits for the
   * next time. `request({ action: 'unsubscribe', queue })` ends it.
   *
   * ```ts
   * for await (const message of holdfast.subscribe('orders', { events: ['created'] })) {
   *   await handle(message.payload);
   * }
   * ```
   */
  subscribe<Queue extends QueueOf<Q>, Event extends EventOf<Q, Queue> = EventOf<Q, Queue>>(
    queue: Queue,
    options: SubscribeOptions<Event> = {},
  ): Subscription<MessageOf<Q, Queue, Event>> {
    const inbox = this.inbox(queue);
    const loop = new Loop(inbox, this.enlist(inbox, options), eventsOf(options), limitOf(options), options.signal);
    // What the map promises of a queue is the program's own word: the wire cannot tell.
    return loop as Subscription<Message> as Subscription<MessageOf<Q, Queue, Event>>;
  }

  /**
   * Subscribes to events of a queue, and has a handler called with each message: when it resolves the message is acked,
   * when it throws it is nacked, to come again with back-off. The deadline is extended while the handler runs.
   *
   * ```ts
   * const consumption = await holdfast.consume('orders', { concurrency: 4 }, async ({ payload }) => handle(payload));
   * await consumption.stop();
   * ```
   *
   * @returns once the subscription is durable: what is published from then on will come.
   * @throws HoldfastError if there can be no such subscription.
   */
  async consume<Queue extends QueueOf<Q>, Event extends EventOf<Q, Queue> = EventOf<Q, Queue>>(
    queue: Queue,
    options: ConsumeOptions<Event>,
    handler: Handler<MessageOf<Q, Queue, Event>>,
  ): Promise<Consumption> {
    options.signal?.throwIfAborted();
    const inbox = this.inbox(queue);
    const worker = new Worker(
      inbox,
      handler as Handler,
      options.concurrency ?? 1,
      eventsOf(options),
      limitOf(options),
      (message, error) => this.emitter.emit('failed', { message, error }),
    );
    const ready = this.enlist(inbox, options);
    inbox.add(worker);
    options.signal?.addEventListener('abort', () => void worker.stop(), { once: true });
    try {
      await ready;
    } catch (error) {
      worker.end(error);
      throw error;
    }
    return worker;
  }

  /**
   * Asks the server something, and waits for its answer, over a reconnect if need be.
   *
   * ```ts
   * const { items } = await holdfast.request({ action: 'list', what: 'queues' });
   * ```
   *
   * @param frame a request of the protocol, without `ref`.
   * @throws HoldfastError as the server answered; `Timeout`; or the signal's reason.
   */
  async request<const R extends Request>(frame: R, options: RequestOptions = {}): Promise<ReplyTo<R>> {
    if (this.closedBy) throw this.closedBy;
    const reply = await this.requests.ask(JSON.stringify(frame), options);
    if (reply.type === 'sought') this.inboxes.get(reply.queue)?.sought(reply.next);
    // Which reply belongs to which request is the protocol's word.
    return reply as ReplyTo<R>;
  }

  /** Sends the acks that are being gathered, and resolves when the server has stored them. */
  async flush(options: RequestOptions = {}): Promise<void> {
    await Promise.all([...this.inboxes.values()].map((inbox) => inbox.flush(options.signal)));
  }

  /**
   * Closes the client: waits up to 5 seconds for publishes to be answered and acks to be stored, then ends the connection.
   * Messages that are still being handled will be delivered again, the next time this client connects.
   */
  close(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async end(): Promise<void> {
    const patience = new AbortController();
    const cancel = this.timers.after(CLOSE_MS, () => patience.abort());
    const impatient = new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve()));
    if (this.link.connection !== undefined)
      await Promise.race([Promise.all([this.outbox.drained(), this.flush()]), impatient]).catch(() => undefined);
    cancel();
    this.link.close();
  }

  private opening(): Promise<void> {
    const { connectTimeout = CONNECT_MS, signal } = this.options;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        cancel();
        off();
        finish();
      };
      const cancel = this.timers.after(connectTimeout, () => {
        settle(() =>
          reject(
            new Unreachable(`${this.url} was not reached within ${connectTimeout} ms`, {
              cause: this.link.lastFailure,
            }),
          ),
        );
        this.link.close();
      });
      const off = this.on('state', ({ state, error }) => {
        if (state === 'open') settle(resolve);
        else if (state === 'closed') settle(() => reject(signal?.aborted ? signal.reason : error));
      });
      if (this.closedBy) settle(() => reject(signal?.aborted ? signal.reason : this.closedBy));
    });
  }

  private inbox(queue: string): Inbox {
    let inbox = this.inboxes.get(queue);
    if (inbox === undefined) {
      inbox = new Inbox(queue, {
        timers: this.timers,
        requests: this.requests,
        ackDelay: this.options.ackDelay ?? ACK_DELAY_MS,
        connection: () => this.link.connection,
        unclaimed: (name, event) => this.emitter.emit('unclaimed', { queue: name, event }),
      });
      this.inboxes.set(queue, inbox);
    }
    return inbox;
  }

  /** Makes or widens the subscription on the server. */
  private async enlist(inbox: Inbox, options: SubscribeOptions): Promise<void> {
    if (this.closedBy) throw this.closedBy;
    const { events, from, ackDeadline, maxDeliveries, maxInFlight, signal } = options;
    inbox.wants({ events, ackDeadline, maxDeliveries, maxInFlight });
    const reply = await this.request(
      {
        action: 'subscribe',
        queue: inbox.queue,
        events: events && [...events],
        from,
        ackDeadline,
        maxDeliveries,
        maxInFlight,
      },
      { signal },
    );
    inbox.subscribed(reply);
  }

  private changed(state: State, error: HoldfastError | undefined): void {
    if (state === 'closed') {
      this.closedBy = error;
      this.stopWaking();
      const reason = error ?? new Closed('this client was closed');
      this.requests.fail(reason);
      this.outbox.fail(reason);
      for (const inbox of this.inboxes.values()) inbox.end(reason instanceof Closed ? undefined : reason);
    }
    this.emitter.emit('state', { state, error });
  }

  private opened(connection: Connection): void {
    const known = new Set<string>(connection.welcome?.subscriptions.map(({ queue }) => queue));
    for (const inbox of this.inboxes.values()) {
      const again = known.has(inbox.queue) ? undefined : inbox.resubscription();
      if (again)
        this.request(again).then(
          (reply) => inbox.subscribed(reply),
          (error) => this.report(error),
        );
    }
    this.requests.opened(connection);
    for (const inbox of this.inboxes.values()) inbox.opened();
    this.outbox.opened();
  }

  private received(frame: ServerFrame, connection: Connection): void {
    if (this.requests.answered(frame)) return;
    switch (frame.type) {
      case 'messages':
        this.inbox(frame.queue).received(frame, connection);
        break;
      case 'settled':
        this.inboxes.get(frame.queue)?.settledElsewhere(frame.seqs, connection);
        break;
      case 'gap':
        this.emitter.emit('gap', { queue: frame.queue, from: frame.from, to: frame.to });
        break;
      case 'error':
        this.report(errorOf(frame));
    }
  }

  private async restore(): Promise<void> {
    try {
      await this.outbox.restore((error) => this.report(error));
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    const failure = isHoldfastError(error) ? error : new StoreFailed('publishes could not be kept', { cause: error });
    this.emitter.emit('error', failure);
  }
}

const eventsOf = ({ events }: SubscribeOptions): ReadonlySet<string> | undefined =>
  events === undefined || events.includes('*') ? undefined : new Set(events);

const limitOf = ({ maxExtension = MAX_EXTENSION_SECONDS }: SubscribeOptions): number => maxExtension * 1000;

/**
 * Connects to Holdfast.
 *
 * ```ts
 * const holdfast = await connect<{ orders: { created: Order } }>('ws://127.0.0.1:8080', { clientId: 'billing' });
 * ```
 *
 * @param url `ws://127.0.0.1:8080`, or the `wss://…` that a deployment prints.
 * @typeParam Q the queues, their events and payloads; left out, any.
 * @returns once the server has welcomed the connection. From then on the client reconnects by itself.
 * @throws HoldfastError `Unreachable` after `connectTimeout`; `Unauthenticated`, `Forbidden` or `Dismissed` as the server
 * answers; `NoWebSocket`. Or the reason of the signal.
 */
export const connect = <Q = AnyQueues>(url: string, options?: ConnectOptions): Promise<Holdfast<Q>> =>
  Holdfast.connect<Q>(url, options);
