import { pauseBefore } from './backoff';
import type { Connection } from './connection';
import { errorOf } from './errorOf';
import { type HoldfastError, Timeout, TooLarge } from './errors';
import { FRAME_BYTES } from './limits';
import { onAbort } from './onAbort';
import type { Timers } from './timers';
import type { ServerFrame } from './wire';

/** How long an answer is waited for. */
export interface RequestOptions {
  /** Ends the waiting; the request may have been served all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; left out: as long as it takes. */
  readonly timeout?: number | undefined;
}

interface Pending {
  readonly text: string;
  sentOn?: Connection | undefined;
  /** The request was refused because of its credential, and is tried once more with another. */
  isLastTry: boolean;
  readonly resolve: (frame: ServerFrame) => void;
  readonly reject: (error: unknown) => void;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(FRAME_BYTES);

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  // Encodes into a fixed buffer, since allocating one is most of the work. A text that does not fit is too large to
  // send anyway.
  const { read, written } = encoder.encodeInto(text, scratch);
  return read === text.length ? written : encoder.encode(text).length;
}

/**
 * Requests and their answers, across connections: a request whose connection was lost before its answer is sent again
 * on the next, in the same order. Every request of the protocol may be repeated. For a publish that holds only if its
 * messages have ids: the caller must give them some.
 */
export class Requests {
  private readonly pending = new Map<string, Pending>();
  private refs = 0;
  private renewing: Promise<unknown> | undefined;
  /** How often API Gateway failed to have a request served since the last answer. */
  private failures = 0;
  private cancelRepeat: (() => void) | undefined;
  private over: HoldfastError | undefined;

  /**
   * @param current the connection to send on; undefined while there is none.
   * @param token gets another credential after one has expired; undefined: there is no other.
   */
  constructor(
    private readonly timers: Timers,
    private readonly current: () => Connection | undefined,
    private readonly token: (() => string | Promise<string>) | undefined,
  ) {}

  /**
   * Sends a request, now or when there is a connection.
   *
   * @param frame a JSON object that has fields but no `ref`, as text.
   * @returns the frame that answers it.
   * @throws HoldfastError the answer is an error, or there is none in time; or the signal's reason.
   */
  ask(frame: string, options: RequestOptions = {}): Promise<ServerFrame> {
    return this.enter(frame, options, this.token === undefined);
  }

  private enter(frame: string, { signal, timeout }: RequestOptions, isLastTry: boolean): Promise<ServerFrame> {
    this.refs += 1;
    const ref = this.refs.toString(36);
    const text = `{"ref":"${ref}",${frame.slice(1)}`;
    return new Promise((resolve, reject) => {
      if (this.over !== undefined) return reject(this.over);
      if (signal?.aborted) return reject(signal.reason);
      if (bytesOf(text) > FRAME_BYTES)
        return reject(new TooLarge(`a frame may have ${FRAME_BYTES} bytes: keep the bulk elsewhere`));
      const ignoreSignal = onAbort(signal, () => pending.reject(signal?.reason));
      const cancelTimer =
        timeout === undefined
          ? undefined
          : this.timers.after(timeout, () => pending.reject(new Timeout(`there was no answer within ${timeout} ms`)));
      const settle = () => {
        this.pending.delete(ref);
        cancelTimer?.();
        ignoreSignal();
      };
      const pending: Pending = {
        text,
        isLastTry,
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      this.pending.set(ref, pending);
      this.send(pending, this.current());
    });
  }

  /** @returns whether the frame answers one of these. */
  answered(frame: ServerFrame): boolean {
    const pending = 'ref' in frame && frame.ref !== undefined ? this.pending.get(frame.ref) : undefined;
    if (pending === undefined) return false;
    this.failures = 0;
    if (frame.type !== 'error') pending.resolve(frame);
    else if (frame.code === 'unauthenticated' && !pending.isLastTry) void this.tryAgain(pending, errorOf(frame));
    else pending.reject(errorOf(frame));
    return true;
  }

  /** Goes on with another credential, in the connection there is. */
  async renew(): Promise<void> {
    if (this.token === undefined) return;
    this.renewing ??= this.authenticate(this.token).finally(() => {
      this.renewing = undefined;
    });
    await this.renewing;
  }

  /** Sends what waits, in order. */
  opened(connection: Connection): void {
    for (const pending of this.pending.values()) this.send(pending, connection);
  }

  /** The connection has ended: its unanswered requests wait for the next one. */
  ended(connection: Connection): void {
    for (const pending of this.pending.values()) if (pending.sentOn === connection) pending.sentOn = undefined;
    const next = this.current();
    if (next !== undefined) this.opened(next);
  }

  /**
   * A request on this connection was not served, and it is not known which: all unanswered ones are sent again after a
   * while.
   */
  failed(connection: Connection): void {
    const doubtful = new Set([...this.pending.values()].filter(({ sentOn }) => sentOn === connection));
    if (doubtful.size === 0 || this.cancelRepeat !== undefined) return;
    const pause = pauseBefore(this.failures, this.timers.random());
    this.failures += 1;
    this.cancelRepeat = this.timers.after(pause, () => {
      this.cancelRepeat = undefined;
      for (const pending of this.pending.values())
        if (doubtful.has(pending) && pending.sentOn === connection) {
          pending.sentOn = undefined;
          this.send(pending, this.current());
        }
    });
  }

  /** Nothing will be answered any more. */
  fail(error: HoldfastError): void {
    this.over = error;
    this.cancelRepeat?.();
    for (const pending of [...this.pending.values()]) pending.reject(error);
  }

  private async authenticate(token: () => string | Promise<string>): Promise<unknown> {
    return this.enter(JSON.stringify({ action: 'auth', token: await token() }), {}, true);
  }

  private async tryAgain(pending: Pending, refusal: HoldfastError): Promise<void> {
    pending.isLastTry = true;
    try {
      await this.renew();
      pending.sentOn = undefined;
      this.send(pending, this.current());
    } catch {
      pending.reject(refusal);
    }
  }

  private send(pending: Pending, connection: Connection | undefined): void {
    if (pending.sentOn !== undefined || connection === undefined) return;
    pending.sentOn = connection;
    connection.send(pending.text);
  }
}
