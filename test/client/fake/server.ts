import { serverFrameSchema } from '../../../broker/protocol';
import type { Refusal } from '../../../client/refusal';
import type { SocketEvent, WebSocketConstructor, WebSocketLike } from '../../../client/webSocket';

/** A request, as the server reads it. */
export type Received = Record<string, unknown> & { readonly action: string };

type Listener = (event: SocketEvent) => void;
type RefusalListener = (request: unknown, refusal: Refusal) => void;

/** One connection, seen from the server: it says and hears what the test wants. */
export class FakeSocket implements WebSocketLike {
  /** All that the client sent. */
  readonly received: Received[] = [];
  /** Whether the client, or the server, has closed it. */
  isClosed = false;
  /** Whether the client has ended it without waiting for the server. */
  isTerminated = false;
  private readonly listeners = new Map<string, Listener[]>();
  private readonly refusalListeners: RefusalListener[] = [];

  constructor(
    private readonly server: FakeServer,
    readonly url: string,
    readonly protocols: readonly string[],
  ) {}

  addEventListener(type: string, listener: Listener): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  on(_type: 'unexpected-response', listener: RefusalListener): void {
    this.refusalListeners.push(listener);
  }

  send(text: string): void {
    if (this.isClosed) return;
    const request: Received = JSON.parse(text);
    this.received.push(request);
    const reply = this.server.answer(request, this);
    if (reply !== undefined) queueMicrotask(() => this.say({ ...reply, ref: request.ref }));
  }

  close(): void {
    this.isClosed = true;
  }

  terminate(): void {
    this.isClosed = true;
    this.isTerminated = true;
  }

  /** What the client sent of an action. */
  sent(action: string): Received[] {
    return this.received.filter((request) => request.action === action);
  }

  /** Welcomes the client. */
  welcome(fields: object = {}): this {
    this.say({
      type: 'welcome',
      clientId: new URL(this.url).searchParams.get('clientId') ?? 'anon-1',
      connectionId: `c${this.server.sockets.indexOf(this)}`,
      expiresAt: '2026-11-23T11:00:00.000Z',
      heartbeat: 240,
      subscriptions: [],
      limits: { frame: 32_768, message: 30_000, batch: 100, inFlight: 100 },
      ...fields,
    });
    return this;
  }

  /** Sends a frame, which has to be one of the protocol. */
  say(frame: object): void {
    if (this.isClosed) return;
    const text = JSON.stringify(frame);
    serverFrameSchema.parse(JSON.parse(text));
    this.sayText(text);
  }

  /** Sends what need not be a frame of the protocol. */
  sayText(text: string): void {
    if (!this.isClosed) this.emit('message', { data: text });
  }

  /** Delivers messages for the first time; the frame covers the seqs from `from` up to, without, `next`. */
  deliver(from: number, next: number, seqs = range(from, next)): void {
    this.say({ type: 'messages', queue: 'orders', from, next, messages: seqs.map((seq) => messageOf(seq)) });
  }

  /** Delivers messages again. */
  redeliver(attempt: number, ...seqs: number[]): void {
    this.say({ type: 'messages', queue: 'orders', messages: seqs.map((seq) => messageOf(seq, attempt)) });
  }

  /** Ends the connection. */
  hangUp(code = 1006): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit('close', { code, reason: '' });
  }

  /** Tells of an error, and of nothing after it, as the WebSocket of Node 22 does of an attempt that failed. */
  fail(message = ''): void {
    this.emit('error', { message });
  }

  /** Answers the client's close. */
  answerClose(): void {
    this.emit('close', { code: 1000, reason: '' });
  }

  /** Says goodbye, then ends the connection. */
  goodbye(code: number, reason = 'goodbye'): void {
    this.say({ type: 'goodbye', code, reason, reconnect: code >= 4100 });
    this.hangUp(code);
  }

  /** Refuses the connection, as `ws` tells it. The body may come later. */
  refuse(statusCode: number, body: string | Promise<string> = ''): void {
    async function* read() {
      yield Buffer.from(await body);
    }
    for (const listener of this.refusalListeners) listener(undefined, { statusCode, [Symbol.asyncIterator]: read });
  }

  private emit(type: string, event: object): void {
    for (const listener of this.listeners.get(type) ?? []) listener({ type, ...event });
  }
}

/** The seqs from `from` up to, without, `next`. */
export const range = (from: number, next: number): number[] =>
  Array.from({ length: next - from }, (_, index) => from + index);

/** A message as it is delivered; its payload is its seq. */
export const messageOf = (seq: number, attempt = 1) => ({
  seq,
  id: `id-${seq}`,
  event: 'created',
  payload: seq,
  headers: {},
  publisher: 'shop',
  publishedAt: '2026-11-23T09:00:00.000Z',
  attempt,
});

/** A server in this process, which does what a real one will not do on demand. */
export class FakeServer {
  /** All connections that were tried, in order. */
  readonly sockets: FakeSocket[] = [];
  /** What the client is given as its WebSocket. */
  readonly WebSocket: WebSocketConstructor;
  /** What a request is answered with, without its `ref`; undefined: nothing. Tests replace it. */
  answer: (request: Received, socket: FakeSocket) => object | undefined = answered;

  constructor() {
    const server = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(server, url, protocols);
        server.sockets.push(this);
      }
    };
  }

  /** The connection tried last. */
  get last(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('The client has not tried to connect');
    return last;
  }
}

let seq = 0;

/** What a server answers to whom all goes well. */
export function answered({ action, queue, ref, messages }: Received): object | undefined {
  switch (action) {
    case 'subscribe':
      return { type: 'subscribed', queue, events: ['*'], created: false, next: 1, backlog: 0 };
    case 'unsubscribe':
      return { type: 'unsubscribed', queue, events: [] };
    case 'publish':
      return {
        type: 'published',
        queue,
        messages: (Array.isArray(messages) ? messages : []).map(({ id }) => {
          seq += 1;
          return { seq, id, duplicate: false };
        }),
      };
    case 'ack':
      return ref === undefined ? undefined : { type: 'acked', queue, settled: 1, inFlight: 0, backlog: 0 };
    case 'ping':
      return { type: 'pong' };
    default:
      return undefined;
  }
}
