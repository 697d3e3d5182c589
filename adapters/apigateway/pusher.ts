import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { ConnectionId, Time } from '../../broker/model/names';
import { type Pushed, type Pusher, Unavailable } from '../../broker/ports';
import type { ManagementApi } from './client';
import { isGone, isSilence, isSlow, isThrottled } from './errors';

/**
 * For how long nothing is pushed to a connection after a push to it timed out. Long enough to spare the pushes that
 * wait behind; no longer than the shortest ack deadline, after which its messages come again. Milliseconds.
 */
const SILENT_MS = 1_000;

/** Sends frames to connections of API Gateway, one request each. */
export class ApiGatewayPusher implements Pusher {
  /** The last push under way to each connection. */
  private readonly underWay = new Map<ConnectionId, Promise<unknown>>();

  /**
   * Until when nothing is pushed to connections that did not answer. Otherwise such a connection would hold up each
   * queue of its client for the length of a time-out.
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

  /**
   * API Gateway closes with a code of its own.
   *
   * @throws Unavailable it failed, did not answer, or was asked too much.
   */
  async close(connection: ConnectionId): Promise<void> {
    try {
      await this.client.send(new DeleteConnectionCommand({ ConnectionId: connection }));
    } catch (cause) {
      if (isGone(cause)) return;
      if (isThrottled(cause) || isSlow(cause)) throw new Unavailable('a connection could not be ended', { cause });
      throw cause;
    }
  }

  private async postAfter(
    before: Promise<unknown>,
    connection: ConnectionId,
    frames: readonly Uint8Array[],
  ): Promise<Pushed> {
    // The caller of the push before was told of its failure.
    await before.catch(() => undefined);
    return this.post(connection, frames);
  }

  private async post(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    if (this.isSilent(connection)) return { outcome: 'throttled', sent: 0 };
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
      if (isThrottled(error)) return { outcome: 'throttled', sent };
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
