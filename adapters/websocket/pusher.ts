import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';
import type { FrameSocket } from './socket';

/** The connections of this process. */
export class WebSocketPusher implements Pusher {
  private readonly sockets = new Map<ConnectionId, FrameSocket>();

  add(connection: ConnectionId, socket: FrameSocket): void {
    this.sockets.set(connection, socket);
  }

  remove(connection: ConnectionId): void {
    this.sockets.delete(connection);
  }

  /** All that are open, and some that are not. */
  connections(): ConnectionId[] {
    return [...this.sockets.keys()];
  }

  async push(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    const socket = this.sockets.get(connection);
    if (!socket?.isOpen) return { outcome: 'gone', sent: 0 };
    let sent = 0;
    for (const frame of frames) {
      if (socket.isSlow) return { outcome: 'slow', sent };
      socket.send(frame);
      sent += 1;
    }
    return { outcome: 'sent', sent };
  }

  async close(connection: ConnectionId, code: number, reason: string): Promise<void> {
    this.sockets.get(connection)?.webSocket.close(code, reason);
  }
}
