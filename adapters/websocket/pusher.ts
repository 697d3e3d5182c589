import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';
import type { FrameSocket } from './socket';

/** The connections of this process. */
export class WebSocketPusher implements Pusher {
  private readonly sockets = new Map<ConnectionId, FrameSocket>();
  /** Full connections whose draining is awaited, since something could not be sent to them. */
  private readonly awaited = new Set<ConnectionId>();
  private isStopping = false;

  /** @param onDrained called when a connection that was full takes frames again. */
  constructor(private readonly onDrained: (connection: ConnectionId) => void = () => undefined) {}

  add(connection: ConnectionId, socket: FrameSocket): void {
    this.sockets.set(connection, socket);
  }

  remove(connection: ConnectionId): void {
    this.sockets.delete(connection);
  }

  /**
   * From now on every connection counts as full, so that nothing more is delivered. Frames that are pushed all the same
   * are sent.
   */
  stopDeliveries(): void {
    this.isStopping = true;
  }

  isFull(connection: ConnectionId): boolean {
    return this.isStopping || this.takesNoMore(connection);
  }

  async drained(connection: ConnectionId): Promise<void> {
    const socket = this.sockets.get(connection);
    if (socket?.isOpen && socket.isFull) await socket.drained();
  }

  async push(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    const socket = this.sockets.get(connection);
    if (!socket?.isOpen) return { outcome: 'gone', sent: 0 };
    let sent = 0;
    for (const frame of frames) {
      if (this.takesNoMore(connection)) return { outcome: 'full', sent };
      socket.send(frame);
      sent += 1;
    }
    return { outcome: 'sent', sent };
  }

  async close(connection: ConnectionId, code: number, reason: string): Promise<void> {
    this.sockets.get(connection)?.webSocket.close(code, reason);
  }

  private takesNoMore(connection: ConnectionId): boolean {
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
}
