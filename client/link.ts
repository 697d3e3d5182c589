import { pauseBefore } from './backoff';
import { Connection } from './connection';
import { afterEnding, type Ending } from './ending';
import { Closed, type HoldfastError, InvalidRequest, NoWebSocket } from './errors';
import type { Timers } from './timers';
import { addressOf, type TokenSource } from './token';
import { findWebSocket, type WebSocketConstructor } from './webSocket';
import type { FrameOf, ServerFrame } from './wire';

/** The state of the connection: none yet, open, being made again, closed for good. */
export type State = 'connecting' | 'open' | 'reconnecting' | 'closed';

/** What the link tells. */
export interface LinkListener {
  changed(state: State, error?: HoldfastError): void;
  /** There is a new connection to send on. The one before, if it is still open, receives for a while longer. */
  opened(connection: Connection): void;
  received(frame: ServerFrame, connection: Connection): void;
  failed(connection: Connection): void;
  goodbye(frame: FrameOf<'goodbye'>): void;
  /** A connection that was open has ended. */
  ended(connection: Connection): void;
}

/** How the link is made. */
export interface LinkOptions {
  readonly url: string;
  readonly clientId: string | undefined;
  readonly token: TokenSource | undefined;
  readonly webSocket: WebSocketConstructor | undefined;
  /** Seconds. */
  readonly heartbeat: number | undefined;
  readonly timers: Timers;
}

/** After a connection that lasted this long, pauses start short again. Milliseconds. */
const STEADY_MS = 5_000;
/** How long before a connection expires its successor is made, or a tenth of its lifetime if that is less. */
const RENEWAL_MS = 300_000;
/** How long both connections are kept, so that the server can attach the new one to all subscriptions. Milliseconds. */
const OVERLAP_MS = 5_000;

/**
 * Keeps a client connected: connects, notices the end of a connection, connects again, and replaces a connection before
 * it expires.
 */
export class Link {
  private status: State = 'connecting';
  private current: Connection | undefined;
  /** The connection being opened: the first, the next after a loss, or the successor of an open one. */
  private opening: Connection | undefined;
  /** The replaced connection, which still receives. */
  private readonly leaving = new Map<Connection, () => void>();
  private failures = 0;
  private openedAt = 0;
  private last = '';
  private cancelPause: (() => void) | undefined;
  private cancelRenewal: () => void = () => undefined;

  constructor(
    private readonly options: LinkOptions,
    private readonly listener: LinkListener,
  ) {}

  get state(): State {
    return this.status;
  }

  /** The connection to send on. */
  get connection(): Connection | undefined {
    return this.current;
  }

  /** Why the last connection, or the last attempt, ended. */
  get lastFailure(): string {
    return this.last;
  }

  /** Begins to connect. */
  start(): void {
    void this.open();
  }

  /** The network may be back, or the machine may have slept: connects at once, or checks the connection. */
  wake(): void {
    if (this.cancelPause !== undefined) this.retry(0);
    this.current?.probe();
  }

  /** Ends it for good. */
  close(error: HoldfastError = new Closed('this client was closed')): void {
    if (this.status === 'closed') return;
    this.cancelPause?.();
    this.cancelRenewal();
    for (const connection of [this.current, this.opening, ...this.leaving.keys()]) connection?.close();
    for (const cancel of this.leaving.values()) cancel();
    this.current = this.opening = undefined;
    this.change('closed', error);
  }

  private async open(): Promise<void> {
    const { url, clientId, token, webSocket, timers, heartbeat } = this.options;
    let credential: string | undefined;
    try {
      credential = typeof token === 'function' ? await token() : token;
    } catch (error) {
      this.failed(`no token was to be had: ${error instanceof Error ? error.message : error}`);
      return;
    }
    try {
      const WebSocket = webSocket ?? (await findWebSocket());
      if (this.status === 'closed' || this.opening !== undefined) return;
      const listener = {
        welcomed: (connection: Connection) => this.welcomed(connection),
        received: (frame: ServerFrame, connection: Connection) => this.listener.received(frame, connection),
        failed: (connection: Connection) => this.listener.failed(connection),
        goodbye: (frame: FrameOf<'goodbye'>) => this.listener.goodbye(frame),
        ended: (connection: Connection, ending: Ending) => this.ended(connection, ending),
      };
      // A successor must have the same client id, also if the server made it up.
      const address = addressOf(url, clientId ?? this.current?.welcome?.clientId, credential);
      this.opening = new Connection(WebSocket, address, timers, listener, heartbeat);
    } catch (cause) {
      // Trying again does not help: there is no WebSocket, or it does not take the URL.
      if (cause instanceof NoWebSocket) this.close(cause);
      else this.close(new InvalidRequest(`there can be no WebSocket to ${url}`, 'url', { cause }));
    }
  }

  private welcomed(connection: Connection): void {
    const before = this.current;
    this.opening = undefined;
    this.current = connection;
    this.openedAt = this.options.timers.now();
    if (before !== undefined) this.retire(before);
    this.scheduleRenewal(connection);
    // What waits goes first: whoever is told of the connection may send more at once.
    this.listener.opened(connection);
    this.change('open');
  }

  private ended(connection: Connection, ending: Ending): void {
    const { token, timers } = this.options;
    this.last = ending.reason;
    const cancelRetirement = this.leaving.get(connection);
    if (cancelRetirement !== undefined) {
      cancelRetirement();
      this.leaving.delete(connection);
      this.listener.ended(connection);
      return;
    }
    const wasCurrent = connection === this.current;
    if (wasCurrent) this.current = undefined;
    else this.opening = undefined;
    const next = afterEnding(ending, typeof token === 'function');
    // If a successor is refused, the present connection is still good.
    if ('stop' in next && this.current === undefined) {
      if (wasCurrent) this.listener.ended(connection);
      this.close(next.stop);
      return;
    }
    if (wasCurrent) {
      this.cancelRenewal();
      if (timers.now() - this.openedAt >= STEADY_MS) this.failures = 0;
      this.change('reconnecting');
      this.listener.ended(connection);
    }
    // If told twice in a row to reconnect at once, pauses all the same.
    if ('reconnect' in next && next.reconnect === 'now' && this.failures === 0) {
      this.failures = 1;
      this.retry(0);
    } else this.failed(ending.reason);
  }

  private failed(reason: string): void {
    this.last = reason;
    if (this.status === 'closed') return;
    const pause = pauseBefore(this.failures, this.options.timers.random());
    this.failures += 1;
    this.retry(pause);
  }

  private retry(pause: number): void {
    if (this.status === 'closed' || this.opening !== undefined) return;
    this.cancelPause?.();
    this.cancelPause = this.options.timers.after(pause, () => {
      this.cancelPause = undefined;
      void this.open();
    });
  }

  /** Makes the next connection before this one expires, at a random time, so that clients do not all come at once. */
  private scheduleRenewal({ welcome }: Connection): void {
    const { timers } = this.options;
    this.cancelRenewal();
    const left = Date.parse(welcome?.expiresAt ?? '') - timers.now();
    if (!(left > 0)) return;
    const margin = Math.min(RENEWAL_MS, left / 10) * (1 + timers.random());
    this.cancelRenewal = timers.after(left - margin, () => void this.open());
  }

  private retire(connection: Connection): void {
    const cancel = this.options.timers.after(OVERLAP_MS, () => {
      this.leaving.delete(connection);
      connection.close();
      this.listener.ended(connection);
    });
    this.leaving.set(connection, cancel);
  }

  private change(state: State, error?: HoldfastError): void {
    if (this.status === state) return;
    this.status = state;
    this.listener.changed(state, error);
  }
}
