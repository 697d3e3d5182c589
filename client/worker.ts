import type { Consumer } from './consumer';
import type { Inbox } from './inbox';
import type { Message } from './message';

/** Handles one message. When it resolves the message is acked, when it throws nacked, unless it was settled. */
export type Handler<M extends Message = Message> = (message: M) => unknown;

/** A handler at work. */
export interface Consumption {
  /** Takes no more messages; resolves when those being handled are done and the server has their acks. */
  stop(): Promise<void>;
  /** Resolves when it was stopped; rejects if it ended otherwise: `Closed`, `Dismissed` … or the signal's reason. */
  readonly done: Promise<void>;
}

/** Runs a handler over an inbox, several messages at a time. */
export class Worker implements Consumer, Consumption {
  readonly done: Promise<void>;
  private running = 0;
  private isOver = false;
  private resolve: () => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;
  private idle: (() => void)[] = [];

  constructor(
    private readonly inbox: Inbox,
    private readonly handler: Handler,
    private readonly concurrency: number,
    readonly events: ReadonlySet<string> | undefined,
    readonly maxExtension: number,
    private readonly failed: (message: Message, error: unknown) => void,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Not everybody asks.
    this.done.catch(() => undefined);
  }

  hasRoom(): boolean {
    return !this.isOver && this.running < this.concurrency;
  }

  take(message: Message): void {
    void this.run(message);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    if (this.running > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
    this.inbox.remove(this);
    await this.inbox.flush();
    this.resolve();
  }

  end(error?: unknown): void {
    this.isOver = true;
    this.inbox.remove(this);
    if (error === undefined) this.resolve();
    else this.reject(error);
  }

  private async run(message: Message): Promise<void> {
    this.running += 1;
    try {
      await this.handler(message);
      message.ack();
    } catch (error) {
      message.nack({ reason: reasonOf(error) });
      this.failed(message, error);
    }
    this.running -= 1;
    if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
    this.inbox.pump();
  }
}

/** As much of it as a server keeps. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 256);
