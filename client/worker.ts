import type { Consumer } from './consumer';
import type { Inbox } from './inbox';
import type { Message } from './message';

/** Handles one message. When it resolves the message is acked, when it throws nacked, unless it was settled. */
export type Handler<M extends Message = Message> = (message: M) => unknown;

/** A handler at work. */
export interface Consumption {
  /**
   * Takes no more messages; resolves when those being handled are done and the server has stored their acks.
   *
   * @throws HoldfastError if the acks could not be stored: as the server answered, or `Closed`, `Dismissed` … if the
   * client ended before. It has stopped all the same, and messages whose acks were lost come again.
   */
  stop(): Promise<void>;
  /**
   * Resolves when it was stopped or the client closed; rejects if the client ended otherwise: `Dismissed` …, or if the
   * subscription ended and the server refuses to make it again: `Forbidden` …
   */
  readonly done: Promise<void>;
}

/** How a worker works. */
export interface WorkerOptions {
  readonly handler: Handler;
  /** How many messages at a time. */
  readonly concurrency: number;
  readonly events: ReadonlySet<string> | undefined;
  /** Milliseconds. */
  readonly maxExtension: number;
  /** The handler threw; the message was nacked. */
  readonly failed: (message: Message, error: unknown) => void;
}

/** Runs a handler over an inbox, several messages at a time. */
export class Worker implements Consumer, Consumption {
  readonly done: Promise<void>;
  readonly events: ReadonlySet<string> | undefined;
  readonly maxExtension: number;
  private running = 0;
  private isOver = false;
  private settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  private readonly idle: (() => void)[] = [];

  constructor(
    private readonly inbox: Pick<Inbox, 'remove' | 'flush' | 'pump'>,
    private readonly options: WorkerOptions,
  ) {
    this.events = options.events;
    this.maxExtension = options.maxExtension;
    this.done = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Not every program looks at `done`.
    this.done.catch(() => undefined);
  }

  hasRoom(): boolean {
    return !this.isOver && this.running < this.options.concurrency;
  }

  take(message: Message): void {
    void this.run(message);
  }

  async finish(): Promise<void> {
    this.isOver = true;
    if (this.running > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  async stop(): Promise<void> {
    await this.finish();
    this.inbox.remove(this);
    try {
      await this.inbox.flush();
    } finally {
      this.settle?.resolve();
    }
  }

  end(error?: unknown): void {
    this.isOver = true;
    this.inbox.remove(this);
    if (error === undefined) this.settle?.resolve();
    else this.settle?.reject(error);
  }

  private async run(message: Message): Promise<void> {
    this.running += 1;
    try {
      await this.options.handler(message);
      message.ack();
    } catch (error) {
      message.nack({ reason: reasonOf(error) });
      this.options.failed(message, error);
    } finally {
      this.running -= 1;
      if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
      this.inbox.pump();
    }
  }
}

/** As much of a reason as a server keeps, without half a character at the cut; whatever was thrown, never throws. */
function reasonOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
      .slice(0, 256)
      .replace(/\p{Cs}/gu, '');
  } catch {
    return 'its handler threw what has no form as text';
  }
}
