import WebSocket from 'ws';
import type {
  Action,
  DeliveredMessage,
  Frame,
  FrameOf,
  Item,
  Messages,
  Refusal,
  Replies,
  Request,
  Welcome,
} from './frames';
import { isOf, isReplyTo } from './frames';
import { pause, SILENCE_MS, WAIT_MS } from './patience';

const FRAME_BYTES = 32_768;

export interface ConnectOptions {
  /** Left out: the server makes up a name. */
  clientId?: string;
  protocols?: string[];
}

interface Waiting {
  readonly wants: (frame: Frame) => boolean;
  readonly take: (frame: Frame) => void;
}

const open = new Set<Wire>();
afterEach(() => {
  for (const wire of open) wire.drop();
});

/** Opens a connection and nothing more; the handshake may fail. */
export function dial({ clientId, protocols = [] }: ConnectOptions = {}): WebSocket {
  const target = process.env.HOLDFAST_URL;
  if (target === undefined) throw new Error('HOLDFAST_URL must say what to test, as ws://127.0.0.1:8080');
  const url = new URL(target);
  if (clientId !== undefined) url.searchParams.set('clientId', clientId);
  return new WebSocket(url, protocols, { handshakeTimeout: WAIT_MS });
}

/** Connects without waiting for the welcome. */
export async function attach(options: ConnectOptions = {}): Promise<Wire> {
  const socket = dial(options);
  const wire = new Wire(socket);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return wire;
}

/** Connects and waits for the welcome, which is kept in `welcome`. */
export async function connect(options: ConnectOptions = {}): Promise<Wire> {
  const wire = await attach(options);
  wire.welcome = await wire.next('welcome');
  return wire;
}

/** A connection that remembers every frame, and hands each to the one who waits for it. Closed when its test ends. */
export class Wire {
  /** Every frame received, in the order of arrival. */
  readonly received: Frame[] = [];
  /** The close frame's code, once the connection is closed. */
  readonly closed: Promise<number>;
  private readonly unread: Frame[] = [];
  private waiting: Waiting[] = [];
  private refs = 0;
  private greeting: Welcome | undefined;

  constructor(readonly socket: WebSocket) {
    open.add(this);
    socket.on('message', (data, isBinary) => this.arrived(String(data), isBinary));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
  }

  set welcome(frame: Welcome) {
    this.greeting = frame;
  }

  get welcome(): Welcome {
    if (this.greeting === undefined) throw new Error('Not welcomed yet');
    return this.greeting;
  }

  get clientId(): string {
    return this.welcome.clientId;
  }

  /** Sends a frame: a text as it is, bytes as a binary frame, anything else as JSON. */
  send(frame: unknown): void {
    if (typeof frame === 'string' || Buffer.isBuffer(frame)) this.socket.send(frame);
    else this.socket.send(JSON.stringify(frame));
  }

  /**
   * Sends a request with a ref, its own or a new one.
   *
   * @throws Error if it is answered with an error or another reply than its action has.
   */
  async request<A extends Action>(request: Request<A>): Promise<Replies[A]> {
    const reply = await this.answer(request);
    if (isReplyTo(request.action, reply)) return reply;
    throw new Error(`${JSON.stringify(request)} was answered ${JSON.stringify(reply)}`);
  }

  /** Sends what should be refused, with a ref. */
  async refusal(request: Record<string, unknown>): Promise<Refusal> {
    const reply = await this.answer(request);
    if (isOf('error', reply)) return reply;
    throw new Error(`${JSON.stringify(request)} was not refused but answered ${JSON.stringify(reply)}`);
  }

  /** Sends a request with a ref; its reply, whatever it is. */
  async answer(request: Record<string, unknown>): Promise<Frame> {
    this.refs += 1;
    const ref = typeof request.ref === 'string' ? request.ref : `r${this.refs}`;
    this.send({ ...request, ref });
    return this.reply(ref, JSON.stringify(request).slice(0, 200));
  }

  /** Waits for the reply with a ref. */
  reply(ref: string, to = ref): Promise<Frame> {
    return this.take((frame) => frame.ref === ref, `the reply to ${to}`);
  }

  /** The next frame of a type that nobody took yet; waits for it. */
  async next<Type extends Frame['type']>(type: Type): Promise<FrameOf<Type>> {
    const frame = await this.take((candidate) => candidate.type === type, `a ${type} frame`);
    if (isOf(type, frame)) return frame;
    throw new Error('unreachable');
  }

  /** Expects that no frame of a type is there or comes within so many milliseconds. */
  async expectNone(type: Frame['type'], withinMs = SILENCE_MS): Promise<void> {
    await pause(withinMs);
    expect(this.unread.filter((frame) => frame.type === type)).toEqual([]);
  }

  /**
   * Waits for delivery frames of a queue until they hold `count` messages; more than asked for show up in the result.
   */
  async deliveries(queue: string, count: number): Promise<Messages[]> {
    const frames: Messages[] = [];
    for (let held = 0; held < count; ) {
      const what = `message ${held + 1} of ${count} in ${queue}`;
      const frame = await this.take((candidate) => candidate.type === 'messages' && candidate.queue === queue, what);
      if (!isOf('messages', frame)) continue;
      frames.push(frame);
      held += frame.messages.length;
    }
    // In AWS frames can overtake each other: what joins them up is `from`.
    return frames.sort((a, b) => (a.from ?? 0) - (b.from ?? 0));
  }

  /** The messages of the delivery frames that come next, in order. */
  async receive(queue: string, count: number): Promise<DeliveredMessage[]> {
    return (await this.deliveries(queue, count)).flatMap((frame) => frame.messages);
  }

  /** As `receive`, told as `seq:attempt`. */
  async receiveAttempts(queue: string, count: number): Promise<string[]> {
    return (await this.receive(queue, count)).map(({ seq, attempt }) => `${seq}:${attempt}`).sort();
  }

  publish(queue: string, event: string, payload?: unknown): Promise<Replies['publish']> {
    return this.request({ action: 'publish', queue, event, payload });
  }

  /** Publishes messages of these events in one request; their payloads are their positions, from 1. */
  publishAll(queue: string, events: readonly string[]): Promise<Replies['publish']> {
    const messages = events.map((event, index) => ({ event, payload: index + 1 }));
    return this.request({ action: 'publish', queue, messages });
  }

  subscribe(queue: string, fields: Record<string, unknown> = {}): Promise<Replies['subscribe']> {
    return this.request({ action: 'subscribe', queue, ...fields });
  }

  ack(queue: string, ...seqs: number[]): Promise<Replies['ack']> {
    return this.request({ action: 'ack', queue, seqs });
  }

  /** All items of a list, page after page. */
  async list(what: string, fields: Record<string, unknown> = {}): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const page: Replies['list'] = await this.request({ action: 'list', what, limit: 100, ...fields, cursor });
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return items;
  }

  /** Closes from this side and waits until it is. */
  close(): Promise<number> {
    this.socket.close(1000);
    return this.closed;
  }

  /** Ends the connection without a close frame. */
  drop(): void {
    open.delete(this);
    this.socket.terminate();
  }

  private arrived(text: string, isBinary: boolean): void {
    const bytes = Buffer.byteLength(text);
    if (isBinary || bytes > FRAME_BYTES) throw new Error(`A frame is a text of at most 32 KB, not ${bytes} bytes`);
    // API Gateway may send an empty frame where a function has no answer (serverless/serverless#6816).
    if (text === '') return;
    const frame: Frame = JSON.parse(text);
    this.received.push(frame);
    const waiting = this.waiting.find(({ wants }) => wants(frame));
    if (waiting === undefined) this.unread.push(frame);
    else waiting.take(frame);
  }

  private take(wants: (frame: Frame) => boolean, what: string): Promise<Frame> {
    const index = this.unread.findIndex(wants);
    const [found] = index < 0 ? [] : this.unread.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        this.waiting = this.waiting.filter((other) => other !== waiting);
      };
      const timer = setTimeout(() => {
        stop();
        const last = this.received.slice(-5).map((frame) => JSON.stringify(frame).slice(0, 300));
        reject(new Error(`Waited ${WAIT_MS} ms for ${what}. The last frames:\n${last.join('\n')}`));
      }, WAIT_MS);
      const waiting: Waiting = {
        wants,
        take: (frame) => {
          stop();
          resolve(frame);
        },
      };
      this.waiting.push(waiting);
    });
  }
}
