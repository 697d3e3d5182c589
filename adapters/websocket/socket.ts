import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { Buffers } from './buffers';

const TEXT = { binary: false, compress: false };

/** So many bytes are written at once, without waiting for more of the same turn. */
const WRITE_BYTES = 16 * 1024;

/** Sends frames to a connection, those of one turn of the event loop in few writes. */
export class FrameSocket {
  private holds = 0;
  /** Bytes held back to be written with what comes after them in this turn. */
  private gathered = 0;
  private draining: Promise<void> | undefined;

  /**
   * @param socket the stream below `webSocket`.
   * @param buffers of all connections that share the memory.
   */
  constructor(
    readonly webSocket: WebSocket,
    private readonly socket: Socket,
    private readonly buffers = new Buffers(),
  ) {
    buffers.add(this);
    socket.once('close', () => buffers.remove(this));
  }

  get isOpen(): boolean {
    return this.webSocket.readyState === WebSocket.OPEN;
  }

  /** Bytes that wait for the other side to read them. */
  get waiting(): number {
    return this.webSocket.bufferedAmount;
  }

  /** Whether too many bytes wait for the other side to read them. */
  get isFull(): boolean {
    // A socket that needs no draining emits no `drain`, so it must not count as full.
    return this.socket.writableNeedDrain && this.buffers.isTooMuch(this.waiting);
  }

  /**
   * Reads no more from the other side.
   *
   * @returns a function that ends this hold. Reading goes on once all holds have ended.
   */
  hold(): () => void {
    this.holds += 1;
    if (this.holds === 1) this.webSocket.pause();
    return () => {
      this.holds -= 1;
      if (this.holds === 0) this.webSocket.resume();
    };
  }

  /** @returns once the other side has read what waits, or is gone. */
  drained(): Promise<void> {
    this.draining ??= new Promise<void>((resolve) => {
      const settle = () => {
        this.socket.off('drain', settle).off('close', settle);
        this.draining = undefined;
        resolve();
      };
      this.socket.on('drain', settle).on('close', settle);
    });
    return this.draining;
  }

  /**
   * @param turn `last`: after all frames that are pushed in this turn, to any connection. Replies can wait for those.
   */
  send(frame: Uint8Array | string, turn: 'next' | 'last' = 'next'): void {
    if (this.gathered === 0) {
      this.socket.cork();
      // After everything that is ready to be sent now, however many promises that takes.
      const release = () => this.release();
      process.nextTick(turn === 'next' ? release : () => process.nextTick(release));
    }
    this.gathered += frame.length;
    this.buffers.grow(frame.length);
    this.webSocket.send(frame, TEXT);
    // Enough for a write: the other side can read it while more is encoded.
    if (this.gathered >= WRITE_BYTES) this.release();
  }

  private release(): void {
    if (this.gathered === 0) return;
    this.gathered = 0;
    this.socket.uncork();
  }
}
