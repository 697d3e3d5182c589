import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';
import type { FrameSocket } from './socket';

/** The connections of this process. */
export class WebSocketPusher implements Pusher {
  private readonly sockets = new Map<ConnectionId, FrameSocket>();
  /** Full ones, and whoever wanted to send to them waits to hear that they no longer are. */
  private readonly awaited = new Set<ConnectionId>();

  /** @param onDrained called when a connection takes frames again that did not when it was asked, or sent to. */
  constructor(private readonly onDrained: (connection: ConnectionId) => void = () => undefined) {}

  add(connection: ConnectionId, socket: FrameSocket): void {
    this.sockets.set(connection, socket);
  }

  remove(connection: ConnectionId): void {
    this.sockets.delete(connection);
  }

  isFull(connection: ConnectionId): boolean {
    const socket = this.sockets.get(connection);
    if (!socket?.isOpen || !socket.isFull) return false;
    if (this.awaited.has(connection)) return true;
    this.awaited.add(connection);
    void socket.drained().then(() => {
      this.awaited.delete(connection);
      this.onDrained(connection);
    });
    return true;
  }

  async push(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    const socket = this.sockets.get(connection);
    if (!socket?.isOpen) return { outcome: 'gone', sent: 0 };
    let sent = 0;
    for (const frame of frames) {
      if (this.isFull(connection)) return { outcome: 'full', sent };
      socket.send(frame);
      sent += 1;
    }
    return { outcome: 'sent', sent };
  }

  async close(connection: ConnectionId, code: number, reason: string): Promise<void> {
    this.sockets.get(connection)?.webSocket.close(code, reason);
  }
}
