import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/** Bytes that may wait in one connection's buffer before it counts as slow. */
const BUFFER_BYTES = 4 * 1024 * 1024;

const TEXT = { binary: false, compress: false };

/** A connection as frames are sent to it: all of one turn in one write. */
export class FrameSocket {
  private corked = false;
  private draining: Promise<void> | undefined;

  /** @param socket the stream below `webSocket`. */
  constructor(
    readonly webSocket: WebSocket,
    private readonly socket: Socket,
  ) {}

  get isOpen(): boolean {
    return this.webSocket.readyState === WebSocket.OPEN;
  }

  /** Whether more waits for the other side to read than should. */
  get isSlow(): boolean {
    return this.webSocket.bufferedAmount > BUFFER_BYTES;
  }

  /** @returns once the other side has read what waits, or is gone. */
  drained(): Promise<void> {
    this.draining ??= new Promise<void>((resolve) => {
      this.socket.once('drain', resolve).once('close', resolve);
    }).finally(() => {
      this.draining = undefined;
    });
    return this.draining;
  }

  send(frame: Uint8Array | string): void {
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      // After all that is ready to be sent now, however many promises it takes.
      process.nextTick(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    this.webSocket.send(frame, TEXT);
  }
}
