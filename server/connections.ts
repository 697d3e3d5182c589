import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { Buffers, FrameSocket, type WebSocketPusher } from '../adapters/websocket';
import {
  anonymousClient,
  type Connection,
  type ConnectionId,
  dismiss,
  farewell,
  type Handler,
  LIFETIME_OVER,
  type Ports,
  Rates,
  SHUTTING_DOWN,
  welcome,
} from '../broker';
import type { Admitted } from './admission';
import { Session } from './session';

const PING_EVERY_MS = 30_000;
/**
 * How long a connection for which something waits may take nothing of it. Longer than between pings: the operating
 * system takes more only when much of what it has was read, which is a while for who reads slowly.
 */
const STILL_MS = 60_000;
/**
 * How long the end waits for answers to requests that have arrived: long enough for a disk that is slow, not for one
 * that hangs.
 */
const ANSWER_MS = 1_000;
/**
 * How long clients have to close after `goodbye` before they are cut off. Some never close; whoever stops the server
 * waits for this.
 */
const GOODBYE_MS = 1_000;
/** How soon a welcome that failed is tried again: the cause is mostly the disk, which a pause gives time to recover. */
const RETRY_MS = 1_000;

/** A connection that has not ended. */
interface Open {
  readonly connection: Connection;
  readonly webSocket: WebSocket;
  readonly frames: FrameSocket;
}

/** The connections of this server, from their first frame to their last. */
export class Connections {
  private readonly rates: Rates;
  private readonly buffers = new Buffers();
  private readonly open = new Map<ConnectionId, Open>();
  private readonly sessions = new Map<ConnectionId, Session>();
  private readonly ending = new Set<Promise<void>>();
  private readonly pinging = setInterval(() => this.ping(), PING_EVERY_MS).unref();
  /** Those from which something came since they were pinged. */
  private readonly heard = new WeakSet<WebSocket>();

  constructor(
    private readonly ports: Ports,
    private readonly pusher: WebSocketPusher,
    private readonly authenticate: Handler<'auth'>,
  ) {
    this.rates = new Rates(ports.settings.quotas, ports.clock);
  }

  /** Whether there are as many connections as are allowed. */
  get isFull(): boolean {
    return this.open.size >= this.ports.settings.quotas['deployment.connections'];
  }

  accept(webSocket: WebSocket, socket: Socket, { client, access }: Admitted): void {
    const now = this.ports.clock.now();
    const connection: Connection = {
      connection: randomUUID() as ConnectionId,
      client: client ?? anonymousClient(randomUUID()),
      connectedAt: now,
      expiresAt: now + this.ports.settings.connectionLifetime,
      ...(access && { access }),
    };
    const id = connection.connection;
    const frames = new FrameSocket(webSocket, socket, this.buffers);
    this.open.set(id, { connection, webSocket, frames });
    this.pusher.add(id, frames);
    this.heard.add(webSocket);
    const over = setTimeout(
      () => this.track(dismiss(this.ports, connection, LIFETIME_OVER)),
      this.ports.settings.connectionLifetime,
    );
    over.unref();
    // An error of one connection ends that connection and affects no other.
    webSocket.on('error', (error) => this.ports.reporter.warn('a connection broke', { connection: id, error }));
    webSocket.on('pong', () => this.heard.add(webSocket));
    // Node begins anew with every byte that is taken or comes.
    socket.setTimeout(STILL_MS).on('timeout', () => {
      if (frames.waiting > 0) webSocket.terminate();
    });
    const begun = this.begin(connection);
    this.track(begun);
    webSocket.once('close', () => {
      clearTimeout(over);
      this.track(this.end(connection, begun));
    });
    const caller = { client: connection.client, connection: id, ...(access && { access }) };
    const hold = () => this.pusher.hold(id);
    const session = new Session(this.ports, caller, frames, this.rates, begun, this.authenticate, hold);
    this.sessions.set(id, session);
    webSocket.on('message', (data, isBinary) => {
      this.heard.add(webSocket);
      session.receive(data, isBinary);
    });
  }

  /** Those that are open. */
  ids(): Iterable<ConnectionId> {
    return this.open.keys();
  }

  /**
   * Delivers no more, answers requests that have arrived, says goodbye to all connections, and closes them. Connections
   * that do not close by themselves are cut off.
   */
  async close(): Promise<void> {
    clearInterval(this.pinging);
    this.pusher.stopDeliveries();
    const sessions = [...this.sessions.values()];
    const patience = new AbortController();
    await Promise.race([
      Promise.all(sessions.map((session) => session.finish())),
      sleep(ANSWER_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    const goodbyes = [...this.open.keys()].map((connection) => dismiss(this.ports, { connection }, SHUTTING_DOWN));
    await Promise.all(goodbyes.map((goodbye) => this.track(goodbye)));
    const cut = setTimeout(() => {
      for (const { webSocket } of this.open.values()) webSocket.terminate();
    }, GOODBYE_MS);
    while (this.open.size > 0 || this.ending.size > 0) {
      await Promise.all([...this.ending, ...[...this.open.values()].map(({ webSocket }) => closed(webSocket))]);
    }
    clearTimeout(cut);
  }

  private async begin(connection: Connection): Promise<void> {
    await this.ports.connections.add(connection);
    try {
      await welcome(this.ports, connection.connection);
    } catch (error) {
      await this.ports.wakeUps.send({ kind: 'welcome', connection: connection.connection }, RETRY_MS);
      throw error;
    }
  }

  private async end(connection: Connection, begun: Promise<void>): Promise<void> {
    this.open.delete(connection.connection);
    this.sessions.delete(connection.connection);
    this.pusher.remove(connection.connection);
    await this.ports.connections.remove(connection.connection);
    await begun.catch(() => undefined);
    await farewell(this.ports, connection);
  }

  /** @returns once the work is done, or its failure was reported. */
  private track(work: Promise<void>): Promise<void> {
    const tracked: Promise<void> = work
      .catch((error) => this.ports.reporter.warn('a connection could not be begun or ended', { error }))
      .finally(() => this.ending.delete(tracked));
    this.ending.add(tracked);
    return tracked;
  }

  /**
   * Cuts off connections from which nothing came since the ping before, dismisses those whose record has expired, and
   * pings the others. Where something waits, a ping would wait behind it: there it counts whether any of it is taken.
   *
   * A timer stands still while the machine is suspended, and does not follow when the clock is put forward: by then the
   * record has expired, and nothing is delivered to the connection any more.
   */
  private ping(): void {
    const now = this.ports.clock.now();
    for (const { connection, webSocket, frames } of this.open.values()) {
      const isBehind = frames.waiting > 0;
      if (!isBehind && !this.heard.delete(webSocket)) webSocket.terminate();
      else if (connection.expiresAt <= now) this.track(dismiss(this.ports, connection, LIFETIME_OVER));
      else if (isBehind) this.heard.add(webSocket);
      else webSocket.ping();
    }
  }
}

const closed = (webSocket: WebSocket): Promise<void> =>
  webSocket.readyState === webSocket.CLOSED
    ? Promise.resolve()
    : new Promise((resolve) => webSocket.once('close', () => resolve()));
