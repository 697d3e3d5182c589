import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';
import type { ManagementApi } from './client';
import { isGone, isSlow } from './errors';

/** Sends frames to connections of API Gateway, one request each. */
export class ApiGatewayPusher implements Pusher {
  /** The last push to each connection that one is under way to. */
  private readonly underWay = new Map<ConnectionId, Promise<unknown>>();

  constructor(private readonly client: ManagementApi) {}

  async push(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    const before = this.underWay.get(connection);
    const pushed = before === undefined ? this.post(connection, frames) : this.postAfter(before, connection, frames);
    this.underWay.set(connection, pushed);
    try {
      return await pushed;
    } finally {
      if (this.underWay.get(connection) === pushed) this.underWay.delete(connection);
    }
  }

  /** API Gateway closes with a code of its own. */
  async close(connection: ConnectionId): Promise<void> {
    try {
      await this.client.send(new DeleteConnectionCommand({ ConnectionId: connection }));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  private async postAfter(
    before: Promise<unknown>,
    connection: ConnectionId,
    frames: readonly Uint8Array[],
  ): Promise<Pushed> {
    // Who pushed before was told how that went.
    await before.catch(() => undefined);
    return this.post(connection, frames);
  }

  private async post(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    let sent = 0;
    try {
      for (const frame of frames) {
        await this.client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: frame }));
        sent += 1;
      }
      return { outcome: 'sent', sent };
    } catch (error) {
      if (isGone(error)) return { outcome: 'gone', sent };
      if (isSlow(error)) return { outcome: 'slow', sent };
      throw error;
    }
  }
}
