import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RawData } from 'ws';
import type { FrameSocket } from '../adapters/websocket';
import {
  type Access,
  type AllHandlers,
  answer,
  type Caller,
  catchup,
  encodeReply,
  errorFrame,
  type Handler,
  inspectHandlers,
  NO_GRANTS,
  type Outcome,
  type Parsed,
  type Ports,
  ProtocolError,
  ping,
  publishHandlers,
  type Rates,
  settleHandlers,
  subscribeHandlers,
} from '../broker';
import { parseRequest } from './parseRequest';

/** All but `auth`, which depends on who may connect. */
const HANDLERS: Omit<AllHandlers, 'auth'> = {
  ...publishHandlers,
  ...settleHandlers,
  catchup,
  ping,
  ...subscribeHandlers,
  ...inspectHandlers,
};

/** The access of a connection whose record is gone: none. */
const ENDED: Access = { grants: NO_GRANTS, expiresAt: 0 };

/** Their replies say where deliveries begin: none may come before. */
const BEGINNINGS: ReadonlySet<string> = new Set(['subscribe', 'seek']);

const SETTLEMENTS: ReadonlySet<string> = new Set(['ack', 'nack', 'reject', 'extend']);

/** How many requests of one connection may be under way before reading stops. */
const UNDER_WAY = 1_000;
/** How many bytes of requests likewise, since they are held in memory until they are answered. */
const BYTES_UNDER_WAY = 512 * 1024;

/** How long requests of one connection are served before others have their turn. Milliseconds. */
const AT_A_TIME_MS = 10;

/**
 * The requests of one connection. They are served one after the other, in the order in which they arrive. Only
 * publishes are not waited for, so that many share one write to disk; they keep their own order.
 */
export class Session {
  private readonly handlers: AllHandlers;
  private underWay = 0;
  private bytesUnderWay = 0;
  private busySince = 0;
  private full: (() => void) | undefined;
  private isResting = false;
  private last: Promise<void> | undefined;
  private isOver = false;
  private finished: () => void = () => undefined;

  /**
   * @param begun settles when the connection was welcomed: nothing is answered before.
   * @param authenticate answers `auth`.
   * @param hold has nothing delivered to this connection until what it returns is called.
   */
  constructor(
    private readonly ports: Ports,
    private readonly caller: Caller,
    private readonly socket: FrameSocket,
    private readonly rates: Rates,
    begun: Promise<void>,
    authenticate: Handler<'auth'>,
    private readonly hold: () => () => void,
  ) {
    this.handlers = { ...HANDLERS, auth: authenticate };
    this.waitFor(begun.catch(() => undefined));
  }

  receive(data: RawData, isBinary: boolean): void {
    const bytes = Buffer.isBuffer(data) ? data.length : 0;
    const read: Parsed = isBinary
      ? { error: new ProtocolError('invalid', 'frame must be text, not binary') }
      : parseRequest(data.toString());
    if (this.isOver && !isOneOf(SETTLEMENTS, read)) return;
    if (this.underWay === 0) this.busySince = performance.now();
    this.underWay += 1;
    this.bytesUnderWay += bytes;
    if (this.underWay >= UNDER_WAY || this.bytesUnderWay >= BYTES_UNDER_WAY) this.full ??= this.socket.hold();
    const { parsed, rest } = this.rates.admit(this.caller, read, bytes);
    // Stop reading from a client over its rate: what it sends meanwhile waits in its own socket.
    if (rest > 0) this.rest(rest);
    const isPublish = 'request' in parsed && parsed.request.action === 'publish';
    const begin = () => this.serve(parsed, bytes, isPublish);
    const turn = this.last === undefined ? begin() : this.last.then(begin);
    if (!isPublish) this.waitFor(turn);
  }

  /**
   * Serves only settlements from now on, since an ack that is not served causes another delivery. @returns once what
   * arrived before is answered.
   */
  finish(): Promise<void> {
    this.isOver = true;
    return new Promise((resolve) => {
      this.finished = resolve;
      if (this.underWay === 0) resolve();
    });
  }

  private async serve(parsed: Parsed, bytes: number, isPublish: boolean): Promise<void> {
    try {
      // A publish waits for the disk anyway, and must not be overtaken by another.
      if (!isPublish && performance.now() - this.busySince > AT_A_TIME_MS) await this.letOthers();
      const release = isOneOf(BEGINNINGS, parsed) ? this.hold() : undefined;
      try {
        this.reply(await this.answered(parsed));
      } finally {
        release?.();
      }
      // Do not read from a client that does not read its answers.
      if (this.socket.isFull) await this.socket.drained();
    } catch (error) {
      // Only the next request waits for this, and it must be served all the same.
      this.ports.reporter.warn('a request could not be served to its end', { error });
    } finally {
      this.settled(bytes);
    }
  }

  /** Never rejects, as {@link answer} does not. */
  private answered(parsed: Parsed): Promise<Outcome> {
    const { ports, caller, handlers } = this;
    return caller.access === undefined ? answer(ports, caller, parsed, handlers) : this.answeredWithAccess(parsed);
  }

  private async answeredWithAccess(parsed: Parsed): Promise<Outcome> {
    try {
      return await answer(this.ports, await this.callerNow(), parsed, this.handlers);
    } catch (error) {
      return { reply: errorFrame(parsed, error, this.ports.reporter) };
    }
  }

  private settled(bytes: number): void {
    this.underWay -= 1;
    this.bytesUnderWay -= bytes;
    if (this.underWay === 0) this.finished();
    if (this.underWay > UNDER_WAY / 2 || this.bytesUnderWay > BYTES_UNDER_WAY / 2) return;
    this.full?.();
    this.full = undefined;
  }

  private async letOthers(): Promise<void> {
    await nextTurn();
    this.busySince = performance.now();
  }

  private rest(milliseconds: number): void {
    if (this.isResting) return;
    this.isResting = true;
    const goOn = this.socket.hold();
    setTimeout(() => {
      this.isResting = false;
      goOn();
    }, milliseconds).unref();
  }

  /** What it may do changes when its credential is renewed. */
  private async callerNow(): Promise<Caller> {
    const record = await this.ports.connections.get(this.caller.connection, this.ports.clock.now());
    return { ...this.caller, access: record?.access ?? ENDED };
  }

  /** What arrives from now on begins after this. */
  private waitFor(turn: Promise<void>): void {
    const settled: Promise<void> = turn.finally(() => {
      if (this.last === settled) this.last = undefined;
    });
    this.last = settled;
  }

  private reply({ reply, wakeUps }: Outcome): void {
    if (reply && this.socket.isOpen) this.socket.send(encodeReply(reply), 'last');
    for (const wakeUp of wakeUps ?? [])
      this.ports.wakeUps.send(wakeUp, 0).catch((error) => {
        this.ports.reporter.warn('a wake-up could not be sent', { wakeUp, error });
      });
  }
}

const isOneOf = (actions: ReadonlySet<string>, read: Parsed): boolean =>
  'request' in read && actions.has(read.request.action);
