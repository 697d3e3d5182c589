import type { FrameOf } from './wire';

/** A frame of first deliveries: it stands for every seq from `from` up to, without, `next`. */
export type Fresh = FrameOf<'messages'> & { from: number; next: number };

/** Whether a frame is one of first deliveries. */
export const isFresh = (frame: FrameOf<'messages'>): frame is Fresh =>
  frame.from !== undefined && frame.next !== undefined;

/** The result of a frame. */
export interface Joined {
  /** The frames that are complete up to here, in order. */
  readonly frames: readonly Fresh[];
  /** The server began again further back: the cursor was moved. */
  readonly restarted: boolean;
}

/**
 * The first deliveries of one queue over one connection, put into order: each frame begins where the one before ended,
 * and a frame that was overtaken on its way is waited for.
 */
export class Thread {
  /** Where the last frame of this connection ends. Other connections may be further ahead, and so may `end`. */
  private own: number | undefined;
  /** Ascending by `from`. */
  private waiting: Fresh[] = [];

  /** @param end where the frames of all connections end so far; undefined: the next frame says where it begins. */
  constructor(private end: number | undefined) {}

  /** Whether a frame waits for one before it. */
  get isWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** The cursor was moved here. */
  moveTo(next: number): Fresh[] {
    this.end = next;
    this.own = undefined;
    this.waiting = this.waiting.filter((frame) => frame.from >= next);
    return this.release();
  }

  /** @param isKnown whether a message came already, such as by a redelivery. */
  join(frame: Fresh, isKnown: (seq: number) => boolean): Joined {
    if (this.end !== undefined) while (this.end < frame.from && isKnown(this.end)) this.end += 1;
    const restarted = this.own !== undefined && frame.from < this.own;
    if (restarted) {
      this.end = frame.from;
      this.waiting = [];
    }
    const index = this.waiting.findIndex(({ from }) => from > frame.from);
    this.waiting.splice(index < 0 ? this.waiting.length : index, 0, frame);
    return { frames: this.release(), restarted };
  }

  /** Stops waiting for a missing frame. */
  skip(): Fresh[] {
    const [first] = this.waiting;
    if (first !== undefined) this.end = first.from;
    return this.release();
  }

  private release(): Fresh[] {
    const frames: Fresh[] = [];
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      if (this.end !== undefined && first.from > this.end) break;
      this.waiting.shift();
      this.own = first.next;
      this.end = Math.max(this.end ?? 0, first.next);
      frames.push(first);
    }
    return frames;
  }
}
