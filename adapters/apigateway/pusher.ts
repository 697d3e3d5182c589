import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { ConnectionId, Time } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';
import type { ManagementApi } from './client';
import { isGone, isSilence, isSlow } from './errors';

/**
 * For how long a connection that did not answer is not asked again: enough for those who wait behind, and no longer
 * than the shortest deadline, by which what it was to get comes again. Milliseconds.
 */
const SILENT_MS = 1_000;

/** Sends frames to connections of API Gateway, one request each. */
export class ApiGatewayPusher implements Pusher {
  /** The last push to each connection that one is under way to. */
  private readonly underWay = new Map<ConnectionId, Promise<unknown>>();

  /**
   * Until when connections are not asked that did not answer. One client's would otherwise hold up all queues that it is
   * subscribed to, for as long as each push takes to find that out.
   */
  private readonly silent = new Map<ConnectionId, Time>();

  constructor(
    private readonly client: ManagementApi,
    private readonly now: () => Time = Date.now,
  ) {}

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
    if (this.isSilent(connection)) return { outcome: 'slow', sent: 0 };
    let sent = 0;
    try {
      for (const frame of frames) {
        await this.client.send(new PostToConnectionCommand({ ConnectionId: connection, Data: frame }));
        sent += 1;
      }
      return { outcome: 'sent', sent };
    } catch (error) {
      if (isGone(error)) return { outcome: 'gone', sent };
      if (isSilence(error)) this.silent.set(connection, this.now() + SILENT_MS);
      if (isSlow(error)) return { outcome: 'slow', sent };
      throw error;
    }
  }

  private isSilent(connection: ConnectionId): boolean {
    const now = this.now();
    for (const [one, until] of this.silent) if (until <= now) this.silent.delete(one);
    return this.silent.has(connection);
  }
}
