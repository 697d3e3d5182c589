import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/** Frames that go out in one write. With more, a server has nothing to do while they are made, and then too much. */
const TOGETHER = 16;

/** A delivered message, as far as it is looked at. */
export interface Delivered {
  readonly seq: number;
  readonly payload: { readonly at?: number };
}

/** A client that does as little as it can: what is measured is the server. */
export class BenchClient {
  onMessages: (messages: readonly Delivered[], queue: string, client: BenchClient) => void = () => undefined;
  onReply: (frame: { readonly type: string; readonly ref?: string }) => void = () => undefined;

  /** Below the WebSocket. */
  private stream: Socket | undefined;
  private gathered = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.once('upgrade', ({ socket: stream }) => {
      this.stream = stream;
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(data.toString());
      if (frame.type === 'messages') this.onMessages(frame.messages, frame.queue, this);
      else if (frame.type === 'error') throw new Error(frame.message);
      else this.onReply(frame);
    });
  }

  /** @param onMessages of one who is owed something: it may come with the greeting. */
  static async connect(url: string, clientId: string, onMessages?: BenchClient['onMessages']): Promise<BenchClient> {
    const socket = new WebSocket(`${url}?clientId=${clientId}`, { perMessageDeflate: false });
    const client = new BenchClient(socket);
    if (onMessages) client.onMessages = onMessages;
    await once(socket, 'open');
    return client;
  }

  send(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The same, in one write with others of this turn, as the clients of brokers do it: a frame that can wait. */
  sendTogether(frame: object): void {
    if (this.gathered === 0) {
      this.stream?.cork();
      setImmediate(() => this.release());
    }
    this.gathered += 1;
    this.send(frame);
    if (this.gathered >= TOGETHER) this.release();
  }

  private release(): void {
    if (this.gathered === 0) return;
    this.gathered = 0;
    this.stream?.uncork();
  }

  /** Sends a frame and waits for the next reply. */
  async request(frame: object): Promise<void> {
    const replied = new Promise<void>((resolve) => {
      this.onReply = ({ type }) => {
        if (type !== 'welcome') resolve();
      };
    });
    this.send(frame);
    await replied;
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}

/** JSON of 200 bytes. `at`: when it was published. */
export function payload(at = performance.now()): object {
  const bare = { at, text: '' };
  return { ...bare, text: 'x'.repeat(200 - JSON.stringify(bare).length) };
}
