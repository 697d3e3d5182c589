import type { Connection } from './connection';
import { type Fresh, Thread } from './thread';
import type { Timers } from './timers';

/** What an intake tells its inbox. */
export interface IntakeListener {
  /** Whether a message came already. */
  knows(seq: number): boolean;
  /** These come next. */
  accept(frames: readonly Fresh[], connection: Connection): void;
  /** The cursor was moved back to here, by someone else. */
  wentBack(from: number): void;
  /** What was overtaken has not come in time, and is waited for no longer. */
  skipped(): void;
}

/** A frame that was overtaken is waited for so long. Milliseconds. */
const JOIN_MS = 1_000;

/** Puts the first deliveries of one queue into order, for each connection that they come over. */
export class Intake {
  private readonly threads = new Map<Connection, Thread>();
  private end: number | undefined;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly listener: IntakeListener,
  ) {}

  /** Where first deliveries have come to; undefined before the first. */
  get position(): number | undefined {
    return this.end;
  }

  /** The subscription begins here; to be told before the first message. */
  beginAt(next: number): void {
    this.end = next;
  }

  /** The cursor was moved here. */
  moveTo(next: number): void {
    this.end = next;
    for (const [connection, thread] of this.threads) this.take(thread.moveTo(next), connection);
  }

  receive(frame: Fresh, connection: Connection): void {
    let thread = this.threads.get(connection);
    if (thread === undefined) {
      thread = new Thread(this.end);
      this.threads.set(connection, thread);
    }
    const { frames, restarted } = thread.join(frame, (seq) => this.listener.knows(seq));
    if (restarted) {
      this.end = frame.from;
      this.listener.wentBack(frame.from);
    }
    this.take(frames, connection);
    if (thread.isWaiting) this.cancelTimer ??= this.timers.after(JOIN_MS, () => this.skip());
  }

  /** Nothing comes over it any more. */
  forget(connection: Connection): void {
    const thread = this.threads.get(connection);
    // What came is there, even if what it waited for will never come this way.
    if (thread?.isWaiting) this.skip();
    this.threads.delete(connection);
  }

  stop(): void {
    this.cancelTimer?.();
  }

  private skip(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    for (const [connection, thread] of this.threads) {
      if (!thread.isWaiting) continue;
      this.listener.skipped();
      while (thread.isWaiting) this.take(thread.skip(), connection);
    }
  }

  private take(frames: readonly Fresh[], connection: Connection): void {
    for (const { next } of frames) this.end = Math.max(this.end ?? 0, next);
    this.listener.accept(frames, connection);
  }
}
