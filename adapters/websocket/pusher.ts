import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';
import type { FrameSocket } from './socket';

/** The connections of this process. */
export class WebSocketPusher implements Pusher {
  private readonly sockets = new Map<ConnectionId, FrameSocket>();
  /** Full connections whose draining is awaited, since something could not be sent to them. */
  private readonly awaited = new Set<ConnectionId>();
  /** Connections that are to be answered first, and whether something is to be delivered to them after that. */
  private readonly held = new Map<ConnectionId, { isPassedBy: boolean }>();
  private isStopping = false;

  /** @param onDrained called when a connection that was full, or held, takes frames again. */
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

  /**
   * Counts a connection as full, so that no delivery to it begins that its next reply would come after.
   *
   * @returns a function that ends this.
   */
  hold(connection: ConnectionId): () => void {
    const hold = { isPassedBy: false };
    this.held.set(connection, hold);
    return () => {
      this.held.delete(connection);
      if (hold.isPassedBy) this.onDrained(connection);
    };
  }

  isFull(connection: ConnectionId): boolean {
    const hold = this.held.get(connection);
    if (hold !== undefined) hold.isPassedBy = true;
    return this.isStopping || hold !== undefined || this.takesNoMore(connection);
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
