import type { Consumer } from './consumer';
import type { Inbox } from './inbox';
import type { Message } from './message';
import { onAbort } from './onAbort';

/**
 * The messages of a queue, one at a time, for one loop:
 *
 * ```ts
 * for await (const message of holdfast.subscribe('orders')) await handle(message.payload);
 * ```
 *
 * Asking for the next message acks the one before, unless it was settled. Leaving the loop, by a throw or by `break`,
 * nacks the message that was being handled: call `message.ack()` before a `break` if it is done. While the loop is busy
 * no message is acked, so the server stops at the window.
 *
 * The loop throws what `ready` rejects with, the reason of the signal, and why it cannot go on: `Dismissed` …, or, if
 * the subscription ended and the server refuses to make it again, `Forbidden` …
 */
export interface Subscription<M extends Message = Message> extends AsyncIterableIterator<M> {
  /**
   * Resolves when the subscription is durable: messages published from then on will be delivered.
   *
   * @throws HoldfastError if the subscription cannot be made: `InvalidRequest`, `Forbidden`, `RateLimited` …;
   * `Dismissed` or `Closed` if the client ended before. Or the reason of the signal.
   */
  readonly ready: Promise<void>;
  return(): Promise<IteratorResult<M, undefined>>;
}

interface Turn {
  readonly resolve: (result: IteratorResult<Message, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** How a loop is made. */
export interface LoopOptions {
  readonly ready: Promise<void>;
  readonly events: ReadonlySet<string> | undefined;
  /** Milliseconds. */
  readonly maxExtension: number;
  readonly signal: AbortSignal | undefined;
}

/** A loop over an inbox. */
export class Loop implements Consumer, Subscription {
  readonly ready: Promise<void>;
  readonly events: ReadonlySet<string> | undefined;
  readonly maxExtension: number;
  private readonly turns: Turn[] = [];
  private current: Message | undefined;
  private isOver = false;
  private ignoreSignal = () => {};
  private failure: unknown;

  constructor(
    private readonly inbox: Inbox,
    { ready, events, maxExtension, signal }: LoopOptions,
  ) {
    this.ready = ready;
    this.events = events;
    this.maxExtension = maxExtension;
    // The loop throws the error too.
    ready.catch((error) => this.end(error));
    if (signal?.aborted) this.end(signal.reason);
    else this.ignoreSignal = onAbort(signal, () => this.end(signal?.reason));
    if (!this.isOver) inbox.add(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    this.current?.ack();
    // If no earlier next() waits, hand out a held message at once.
    this.current = this.isOver || this.turns.length > 0 ? undefined : this.inbox.next(this);
    if (this.current !== undefined) return Promise.resolve({ done: false, value: this.current });
    return new Promise((resolve, reject) => {
      this.turns.push({ resolve, reject });
      if (this.isOver) this.answer();
    });
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.current?.nack({ reason: 'its handler left the loop' });
    this.current = undefined;
    this.end();
    return DONE;
  }

  hasRoom(): boolean {
    return this.turns.length > 0 && !this.isOver;
  }

  take(message: Message): void {
    // There is one if next() was called again before the call before it was answered.
    this.current?.ack();
    this.current = message;
    this.turns.shift()?.resolve({ done: false, value: message });
  }

  /**
   * Does not wait for the loop, which may be what closes the client. Its message is acked if the loop asks for the next
   * one before the connection ends.
   */
  async finish(): Promise<void> {
    this.end();
  }

  end(error?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.ignoreSignal();
    this.failure = error;
    this.inbox.remove(this);
    this.answer();
  }

  /** The error is thrown once. After it the loop is over. */
  private answer(): void {
    for (const { resolve, reject } of this.turns.splice(0)) {
      const failure = this.failure;
      this.failure = undefined;
      if (failure === undefined) resolve(DONE);
      else reject(failure);
    }
  }
}
