import type { FrameSocket } from './socket';

/** Bytes that may wait for one connection's other side to read them. */
const EACH_BYTES = 4 * 1024 * 1024;
/** Bytes that may wait for all connections together. Beyond that, each may hold no more than LEAST_BYTES. */
const ALL_BYTES = 64 * 1024 * 1024;
/** About a frame. */
const LEAST_BYTES = 32 * 1024;
/** How long a sum of all buffers is used, since computing it takes a look at every connection. Milliseconds. */
const SUM_MS = 20;

/** Limits how much may wait to be read, for one connection and for all together. */
export class Buffers {
  private readonly sockets = new Set<FrameSocket>();
  private sum = 0;
  private summedAt = 0;

  add(socket: FrameSocket): void {
    this.sockets.add(socket);
  }

  remove(socket: FrameSocket): void {
    this.sockets.delete(socket);
  }

  /** Something more waits. */
  grow(bytes: number): void {
    this.sum += bytes;
  }

  /** Whether a connection for which so many bytes wait should get no more. */
  isTooMuch(bytes: number): boolean {
    return bytes > EACH_BYTES || (bytes > LEAST_BYTES && this.all() > ALL_BYTES);
  }

  private all(): number {
    const now = performance.now();
    if (this.sum > ALL_BYTES && now - this.summedAt > SUM_MS) {
      this.summedAt = now;
      this.sum = 0;
      for (const { waiting } of this.sockets) this.sum += waiting;
    }
    return this.sum;
  }
}
