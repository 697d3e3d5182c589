import type { Ending } from './ending';
import { ADVICE, reasonOf } from './refusal';
import type { Timers } from './timers';
import type { Address } from './token';
import type { WebSocketConstructor, WebSocketLike } from './webSocket';
import { type FrameOf, readFrame, type ServerFrame } from './wire';

/** The callbacks of a connection. None is called after its end. */
export interface ConnectionListener {
  welcomed(connection: Connection): void;
  /** Any frame after the welcome but `goodbye` and `pong` without `ref`. */
  received(frame: ServerFrame, connection: Connection): void;
  /** API Gateway could not have a request served, and does not say which. */
  failed(connection: Connection): void;
  goodbye(frame: FrameOf<'goodbye'>): void;
  ended(connection: Connection, ending: Ending): void;
}

/** How long to wait for the welcome. Milliseconds. */
const WELCOME_MS = 20_000;
/**
 * How long a failed attempt may take to end after its error. The WebSocket of Node 22 tells nothing after that; others
 * close, or say why they were refused. Milliseconds.
 */
const ERROR_MS = 10;
/** How long to wait for the answer to a ping that checks a doubtful connection. Milliseconds. */
const PROBE_MS = 5_000;

/**
 * How long the other side has to answer a close. `ws` would give it 30 seconds, in which a program of Node does not
 * end. Milliseconds.
 */
const CLOSE_MS = 2_000;

const NORMAL = 1000;

const LOST = 'the connection was lost';
/** What a browser reports for every failed attempt to connect. */
const UNTOLD = `no server is there, or it refused: ${ADVICE}`;

/** One WebSocket, from its opening to its end. It is not used again. */
export class Connection {
  /** When the last frame came from the server. */
  heardAt: number;
  private readonly socket: WebSocketLike;
  private greeting: FrameOf<'welcome'> | undefined;
  private farewell: FrameOf<'goodbye'> | undefined;
  private fault = '';
  /** The HTTP status with which the handshake was refused. */
  private status: number | undefined;
  private isOver = false;
  /** When a ping was sent after which nothing has come yet. */
  private pingedAt: number | undefined;
  private sentAt: number;
  private cancelTimer: () => void;
  private cancelProbe: () => void = () => undefined;

  /** @param heartbeat seconds between signs of life; left out: as the welcome says. */
  constructor(
    WebSocket: WebSocketConstructor,
    { url, protocols }: Address,
    private readonly timers: Timers,
    private readonly listener: ConnectionListener,
    private readonly heartbeat: number | undefined,
  ) {
    this.socket = new WebSocket(url, protocols);
    this.heardAt = timers.now();
    this.sentAt = this.heardAt;
    this.cancelTimer = timers.after(WELCOME_MS, () => this.drop('the server did not welcome the connection'));
    this.socket.addEventListener('message', ({ data }) => this.receive(data));
    this.socket.addEventListener('error', ({ message = '' }) => {
      this.fault = message;
      if (this.greeting === undefined) timers.after(ERROR_MS, () => this.giveUp(message));
    });
    this.socket.addEventListener('close', ({ code, reason }) => this.end(code, reason));
    this.socket.on?.('unexpected-response', async (_request, refusal) => {
      this.status = refusal.statusCode;
      this.drop(await reasonOf(refusal));
    });
  }

  /** The first frame; undefined until it is there. */
  get welcome(): FrameOf<'welcome'> | undefined {
    return this.greeting;
  }

  /** Whether frames can be sent. */
  get isOpen(): boolean {
    return this.greeting !== undefined && !this.isOver;
  }

  send(text: string): void {
    this.sentAt = this.timers.now();
    this.socket.send(text);
  }

  /** Closes the connection. No more callbacks are called. */
  close(): void {
    this.finish();
    this.shut();
  }

  /** Ends the connection at once, without waiting for the other side. */
  drop(reason: string): void {
    if (this.isOver) return;
    this.fault = reason;
    this.end();
    if (this.socket.terminate) this.socket.terminate();
    else this.socket.close();
  }

  /** Sends a ping, and drops the connection if nothing comes in time. */
  probe(): void {
    if (!this.isOpen) return;
    this.ping();
    this.cancelProbe();
    this.cancelProbe = this.timers.after(PROBE_MS, () => this.dropIfSilent());
  }

  /** Ends an attempt that failed, unless the reason is being read. */
  private giveUp(reason: string): void {
    if (this.greeting === undefined && this.status === undefined) this.drop(reason);
  }

  private receive(data: unknown): void {
    if (this.isOver || typeof data !== 'string') return;
    const frame = readFrame(data);
    if (frame === undefined && this.greeting === undefined) {
      this.drop('what answers is no Holdfast: it sent what is none of its frames');
      return;
    }
    this.heardAt = this.timers.now();
    this.pingedAt = undefined;
    // API Gateway may send an empty frame where a function has no answer.
    if (frame === undefined) return;
    if (frame === 'failure') this.listener.failed(this);
    else if (frame.type === 'welcome') {
      this.greeting = frame;
      this.cancelTimer();
      this.beat((this.heartbeat ?? frame.heartbeat) * 1000);
      this.listener.welcomed(this);
    } else if (frame.type === 'goodbye') {
      this.farewell = frame;
      this.listener.goodbye(frame);
      // Do not wait for the close frame: API Gateway may send none.
      this.end();
      this.shut();
    } else if (frame.type !== 'pong' || frame.ref !== undefined) {
      this.listener.received(frame, this);
    }
  }

  /**
   * Sends a ping when either side was silent for a heartbeat. Ends the connection when the server was silent for two.
   *
   * @param pause until it is time to look.
   */
  private beat(every: number, pause = every): void {
    const at = this.timers.now() + pause;
    this.cancelTimer = this.timers.after(pause, () => {
      if (this.dropIfSilent()) return;
      const now = this.timers.now();
      // A timer this late means that the machine slept, so the connection may be long dead.
      const hasSlept = now - at > every;
      const silence = now - Math.min(this.heardAt, this.sentAt);
      if (hasSlept) this.probe();
      else if (silence >= every) this.ping();
      this.beat(every, hasSlept || silence >= every ? every : every - silence);
    });
  }

  private ping(): void {
    this.pingedAt = this.timers.now();
    this.send('{"action":"ping"}');
  }

  private dropIfSilent(): boolean {
    if (this.pingedAt === undefined) return false;
    this.drop('the server has fallen silent');
    return true;
  }

  private end(code?: number, reason?: string): void {
    if (this.isOver) return;
    this.finish();
    const closing = this.farewell?.code ?? code;
    this.listener.ended(this, {
      ...(closing === undefined ? {} : { code: closing }),
      ...(this.status === undefined ? {} : { status: this.status }),
      reason: this.farewell?.reason || this.fault || reason || (this.greeting === undefined ? UNTOLD : LOST),
    });
  }

  private shut(): void {
    if (this.socket.terminate) {
      const cancel = this.timers.after(CLOSE_MS, () => this.socket.terminate?.());
      this.socket.addEventListener('close', cancel);
    }
    this.socket.close(NORMAL);
  }

  private finish(): void {
    this.isOver = true;
    this.cancelTimer();
    this.cancelProbe();
  }
}
