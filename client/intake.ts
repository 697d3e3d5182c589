import type { Connection } from './connection';
import { type Fresh, Thread } from './thread';
import type { Timers } from './timers';

/** What an intake tells its inbox. */
export interface IntakeListener {
  /** Whether a message came already. */
  knows(seq: number): boolean;
  /** These come next. */
  accept(frames: readonly Fresh[], connection: Connection): void;
  /** Another connection or the server moved the cursor back to here. */
  wentBack(from: number): void;
  /** A missing frame has not come in time, and is waited for no longer. */
  skipped(): void;
}

/** How long to wait for a frame that was overtaken. Milliseconds. */
const JOIN_MS = 1_000;

/** Puts the first deliveries of one queue into order, separately for each connection. */
export class Intake {
  private readonly threads = new Map<Connection, Thread>();
  private end: number | undefined;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly listener: IntakeListener,
  ) {}

  /** The end of the first deliveries so far; undefined before the first. */
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

  /** The subscription has ended: nothing that came of it counts. */
  reset(): void {
    this.stop();
    this.end = undefined;
    this.threads.clear();
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
    // Frames that came are accepted, although the missing frame before them will never come over this connection.
    if (thread?.isWaiting) this.skip();
    this.threads.delete(connection);
  }

  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private skip(): void {
    this.stop();
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
