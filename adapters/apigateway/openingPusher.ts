import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';

/** How long to wait before each further try. Milliseconds. */
const PAUSES = [50, 100, 200];

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Pushes to a connection that was recorded a moment ago. API Gateway calls it gone until its connect route has
 * answered, which is soon, so it is tried again after short pauses. After those the broker tries again by a wake-up,
 * which takes a second or more.
 */
export class OpeningPusher implements Pusher {
  private isOpen = false;

  constructor(
    private readonly pusher: Pusher,
    private readonly opening: ConnectionId,
    private readonly pause: (ms: number) => Promise<void> = sleep,
  ) {}

  async push(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed> {
    let pushed = await this.pusher.push(connection, frames);
    if (connection !== this.opening) return pushed;
    for (const pause of PAUSES) {
      if (this.isOpen || pushed.outcome !== 'gone') break;
      await this.pause(pause);
      pushed = await this.pusher.push(connection, frames);
    }
    this.isOpen = true;
    return pushed;
  }

  close(connection: ConnectionId, code: number, reason: string): Promise<void> {
    return this.pusher.close(connection, code, reason);
  }
}
