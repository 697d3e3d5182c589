import type { Connection } from './connection';
import { eventsOf } from './consumer';
import { Emitter } from './emitter';
import { errorOf } from './errorOf';
import { Closed, type HoldfastError, InvalidRequest, isHoldfastError, Unauthenticated } from './errors';
import type { Events } from './events';
import { frameText } from './frameText';
import { Inboxes } from './inboxes';
import { Link, type State } from './link';
import type { Message } from './message';
import { onAbort } from './onAbort';
import { opened } from './opening';
import { openOutboxStore } from './openOutboxStore';
import type { ConnectOptions, ConsumeOptions, SubscribeOptions } from './options';
import { Outbox, type Published, type PublishOptions } from './outbox';
import type { AnyQueues, EventOf, PayloadOf, QueueOf } from './queues';
import { type RequestOptions, Requests } from './requests';
import { Loop, type Subscription } from './subscription';
import { systemTimers, type Timers } from './timers';
import { tokenFrom } from './token';
import { onWake } from './wakes';
import type { FrameOf, ReplyTo, Request, ServerFrame } from './wire';
import { type Consumption, type Handler, Worker } from './worker';

/** A message of a queue: its event determines the type of its payload. */
export type MessageOf<
  Q,
  Queue extends QueueOf<Q>,
  Event extends EventOf<Q, Queue> = EventOf<Q, Queue>,
> = Event extends unknown ? Message<Event, PayloadOf<Q, Queue, Event>> : never;

/** The payload and the options. The payload may be left out where its type allows undefined. */
export type PublishArguments<Payload> = undefined extends Payload
  ? [payload?: Payload, options?: PublishOptions]
  : [payload: Payload, options?: PublishOptions];

const CONNECT_MS = 30_000;
const CLOSE_MS = 5_000;
const BUFFER = 1_000;
const ACK_DELAY_MS = 1_000;
const MAX_EXTENSION_SECONDS = 900;

/**
 * A client of Holdfast: publishes, subscribes and sends requests. It has one connection at a time, and makes another
 * when that ends. {@link connect} makes a client and waits for the connection. `new` returns at once: the client
 * connects in the background, and calls wait meanwhile.
 *
 * @typeParam Q the queues, their events and payloads; left out, any.
 */
export class Holdfast<Q = AnyQueues> {
  private readonly emitter = new Emitter<Events>();
  private readonly timers: Timers;
  private readonly requests: Requests;
  private readonly link: Link;
  private readonly inboxes: Inboxes;
  private readonly outbox: Outbox;
  private readonly stopWaking: () => void;
  private readonly over = new AbortController();
  private ignoreSignal = () => {};
  private closing: Promise<void> | undefined;
  private closedBy: HoldfastError | undefined;

  /**
   * @param url `ws://127.0.0.1:8080`, or the `wss://…` that a deployment prints.
   * @throws TypeError if `url` is none.
   */
  constructor(
    readonly url: string,
    private readonly options: ConnectOptions = {},
  ) {
    new URL(url);
    const { timers = systemTimers, signal, clientId, token: source, webSocket, heartbeat } = options;
    const token = typeof source === 'function' ? () => tokenFrom(source, timers, this.over.signal) : source;
    const connection = () => this.link.connection;
    this.timers = timers;
    this.requests = new Requests(timers, connection, typeof token === 'function' ? token : undefined);
    this.link = new Link(
      { url, clientId, token, webSocket, heartbeat, timers },
      {
        changed: (state, error) => this.changed(state, error),
        opened: (opened) => {
          this.inboxes.opened(opened);
          this.requests.opened(opened);
          this.outbox.opened();
        },
        received: (frame, from) => this.received(frame, from),
        failed: (at) => this.requests.failed(at),
        goodbye: ({ code, reason, reconnect }) => this.emitter.emit('goodbye', { code, reason, reconnect }),
        ended: (ended) => {
          this.requests.ended(ended);
          this.inboxes.ended(ended);
        },
      },
    );
    this.inboxes = new Inboxes(
      {
        timers,
        requests: this.requests,
        ackDelay: options.ackDelay ?? ACK_DELAY_MS,
        connection,
        unclaimed: (queue, event) => this.emitter.emit('unclaimed', { queue, event }),
      },
      (error) => {
        if (isHoldfastError(error)) this.report(error);
      },
    );
    this.outbox = new Outbox({
      timers,
      requests: this.requests,
      store: options.bufferStore === 'indexeddb' ? openOutboxStore(`${url} ${clientId ?? ''}`) : undefined,
      buffer: options.buffer ?? BUFFER,
      isOpen: () => connection() !== undefined,
      report: (failure) => this.report(failure),
    });
    this.stopWaking = onWake(() => this.link.wake());
    if (signal?.aborted) this.link.close(new Closed('the signal was aborted already'));
    else {
      this.ignoreSignal = onAbort(signal, () => void this.close());
      this.link.start();
      this.outbox.restore();
    }
  }

  /**
   * As {@link connect}.
   *
   * @throws HoldfastError
   */
  static async connect<Q = AnyQueues>(url: string, options: ConnectOptions = {}): Promise<Holdfast<Q>> {
    options.signal?.throwIfAborted();
    expectUrl(url);
    const holdfast = new Holdfast<Q>(url, options);
    if (holdfast.closedBy) throw holdfast.closedBy;
    try {
      await opened(holdfast, holdfast.timers, options.connectTimeout ?? CONNECT_MS, options.signal);
    } catch (error) {
      // Not by `close`, which would wait for publishes that an earlier run of the program left.
      holdfast.link.close();
      throw error;
    }
    return holdfast;
  }

  /** The state of the connection: none yet, open, being made again, or closed for good. */
  get state(): State {
    return this.link.state;
  }

  /** The client id. One that the server made up is known while there is a connection. */
  get clientId(): string | undefined {
    return this.welcome?.clientId ?? this.options.clientId;
  }

  /** The welcome of the present connection: client id, expiry, subscriptions and limits. */
  get welcome(): FrameOf<'welcome'> | undefined {
    return this.link.connection?.welcome;
  }

  /** Why the last connection, or the last attempt to make one, ended; empty if none has. */
  get lastFailure(): string {
    return this.link.lastFailure;
  }

  /**
   * Listens to what happens besides messages: {@link Events} says what there is.
   *
   * ```ts
   * holdfast.on('state', ({ state }) => console.log(state));
   * ```
   *
   * @returns stops listening.
   */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    return this.emitter.on(name, listener);
  }

  /**
   * Publishes a message. While there is no connection it waits for one; what is published within one turn of the
   * program shares frames, in order: of up to 100 messages, or 50 where the server answers within 10 ms. Those that
   * shared a frame with a message that is refused are sent again, each alone, so others may be stored before them.
   *
   * ```ts
   * const { seq } = await holdfast.publish('orders', 'created', { id: 7 });
   * ```
   *
   * @param payload any JSON value; with the headers at most 30,000 bytes. Left out or undefined: null. Values inside an
   * object or an array become what `JSON.stringify` makes of them, such as null for NaN.
   * @returns once the message is durable.
   * @throws HoldfastError `InvalidRequest`, `BufferFull`, `TooLarge`, `Forbidden`, `RateLimited` … `retryable` says
   * whether it is worth another try; if so, publish with an `id` of your own. Or the reason of the signal.
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
   * Subscribes to events of a queue, and yields their messages one at a time, in order; see {@link Subscription} for
   * how they are acked. The subscription belongs to the client id and stays when the loop is left. Its messages wait
   * for the next time while the client is away. While it is connected and nobody reads the queue, they are delivered
   * all the same, and become dead letters after their attempts: `request({ action: 'unsubscribe', queue })`, or close
   * the client.
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
    const inbox = this.inboxes.of(queue);
    const { ended } = this;
    const loop: Subscription = new Loop(inbox, {
      ready: this.enlist(queue, options),
      events: eventsOf(options.events),
      maxExtension: (options.maxExtension ?? MAX_EXTENSION_SECONDS) * 1000,
      // The loop must throw before it is given what the inbox still holds.
      signal: ended ? AbortSignal.abort(ended) : options.signal,
    });
    // The types of payloads are the program's own claim: nothing on the wire says them.
    return loop as Subscription<MessageOf<Q, Queue, Event>>;
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
   * @throws HoldfastError if the subscription cannot be made. Or the reason of the signal.
   */
  async consume<Queue extends QueueOf<Q>, Event extends EventOf<Q, Queue> = EventOf<Q, Queue>>(
    queue: Queue,
    options: ConsumeOptions<Event>,
    handler: Handler<MessageOf<Q, Queue, Event>>,
  ): Promise<Consumption> {
    if (this.ended) throw this.ended;
    options.signal?.throwIfAborted();
    if (!((options.concurrency ?? 1) >= 1)) throw new InvalidRequest('concurrency must be at least 1', 'concurrency');
    const inbox = this.inboxes.of(queue);
    const worker = new Worker(inbox, {
      // The types are a claim here too, as in `subscribe`.
      handler: handler as Handler,
      concurrency: options.concurrency ?? 1,
      events: eventsOf(options.events),
      maxExtension: (options.maxExtension ?? MAX_EXTENSION_SECONDS) * 1000,
      failed: (message, error) => this.emitter.emit('failed', { message, error }),
    });
    const ready = this.enlist(queue, options);
    inbox.add(worker);
    const ignoreSignal = onAbort(options.signal, () => void worker.stop().catch((error) => this.report(error)));
    worker.done.then(ignoreSignal, ignoreSignal);
    try {
      await ready;
    } catch (error) {
      worker.end(error);
      throw error;
    }
    return worker;
  }

  /**
   * Sends a request, and waits for its answer, across a reconnect if need be.
   *
   * ```ts
   * const { items } = await holdfast.request({ action: 'list', what: 'queues' });
   * ```
   *
   * @param frame a request of the protocol, without `ref`. A message to publish that has no `id` gets one, so that it
   * is stored once.
   * @throws HoldfastError as the server answered; `InvalidRequest`, also if there is no `action`, or a `ref`;
   * `Timeout`. Or the reason of the signal.
   */
  async request<const R extends Request>(frame: R, options: RequestOptions = {}): Promise<ReplyTo<R>> {
    if (this.closedBy) throw this.closedBy;
    const reply = await this.requests.ask(frameText(frame, this.timers.now()), options);
    // The protocol determines which reply answers which request.
    return reply as ReplyTo<R>;
  }

  /**
   * Sends the acks that are being gathered, and resolves when the server has stored them.
   *
   * @param options its signal ends only the waiting.
   * @throws HoldfastError as the server answered. Or the reason of the signal.
   */
  flush(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.inboxes.flush(options.signal);
  }

  /**
   * Closes the client: no more messages are handed out. Then it waits up to 5 seconds until handlers of `consume` are
   * done, publishes are answered and acks are stored, connecting for that if there is no connection. Then it ends the
   * connection. Calls that have not been answered by then are rejected with `Closed`. Messages that have not been acked
   * are delivered again the next time this client connects.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    const patience = new AbortController();
    const cancel = this.timers.after(CLOSE_MS, () => patience.abort());
    await Promise.race([
      this.finish(patience.signal),
      new Promise<void>((resolve) => patience.signal.addEventListener('abort', () => resolve())),
    ]);
    cancel();
    this.link.close();
  }

  private async finish(signal: AbortSignal): Promise<void> {
    await this.inboxes.finish();
    await Promise.all([this.outbox.drained(), this.flush({ signal }).catch(() => undefined)]);
  }

  // Why no more messages are handed out.
  private get ended(): HoldfastError | undefined {
    return this.closedBy ?? (this.closing && new Closed('this client is being closed'));
  }

  private async enlist(queue: string, options: SubscribeOptions): Promise<void> {
    if (this.ended) throw this.ended;
    await this.inboxes.subscribe(this.inboxes.of(queue), options);
  }

  private changed(state: State, error: HoldfastError | undefined): void {
    if (state === 'closed') {
      const reason = error ?? new Closed('this client was closed');
      this.closedBy = reason;
      this.over.abort();
      this.stopWaking();
      this.ignoreSignal();
      this.outbox.fail(reason);
      this.requests.fail(reason);
      this.inboxes.end(reason instanceof Closed ? undefined : reason);
    }
    this.emitter.emit('state', { state, error });
  }

  private received(frame: ServerFrame, connection: Connection): void {
    this.inboxes.received(frame, connection);
    if (this.requests.answered(frame)) return;
    if (frame.type === 'gap') this.emitter.emit('gap', { queue: frame.queue, from: frame.from, to: frame.to });
    else if (frame.type === 'error') {
      // A lost ack, for example, is repeated when its message comes again.
      if (frame.code === 'unauthenticated') this.renew();
      this.report(errorOf(frame));
    }
  }

  private renew(): void {
    this.requests.renew().catch((cause) => {
      // The function of the program may throw anything.
      this.report(isHoldfastError(cause) ? cause : new Unauthenticated('no token was to be had', { cause }));
    });
  }

  private report(failure: HoldfastError): void {
    this.emitter.emit('error', failure);
  }
}

/** @throws InvalidRequest */
function expectUrl(url: string): void {
  try {
    new URL(url);
  } catch (cause) {
    throw new InvalidRequest(`there is no URL like ${url}`, 'url', { cause });
  }
}

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
 * @throws HoldfastError `Unreachable` after `connectTimeout`, also where the WebSocket does not tell that the server
 * refused (that of a browser, and of Node 22 and later); `Unauthenticated`, `Forbidden` or `Dismissed` as the server
 * answers, where it does; `InvalidRequest` if there can be no WebSocket to `url`; `NoWebSocket`. Or the reason of the
 * signal.
 */
export const connect = <Q = AnyQueues>(url: string, options?: ConnectOptions): Promise<Holdfast<Q>> =>
  Holdfast.connect<Q>(url, options);
