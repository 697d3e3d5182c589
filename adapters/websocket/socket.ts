import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

const TEXT = { binary: false, compress: false };

/** A connection as frames are sent to it: all of one turn in one write. */
export class FrameSocket {
  private corked = false;

  /** @param socket the stream below `webSocket`. */
  constructor(
    readonly webSocket: WebSocket,
    private readonly socket: Socket,
  ) {}

  get isOpen(): boolean {
    return this.webSocket.readyState === WebSocket.OPEN;
  }

  /** Bytes that wait for the other side to read. */
  get waiting(): number {
    return this.webSocket.bufferedAmount;
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
