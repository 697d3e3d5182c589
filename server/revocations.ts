import type { ConnectionId, KeyId, Ports } from '../broker';

const LOOK_EVERY_MS = 2_000;

/** Finds connections whose key was revoked, which another process does. */
export class Revocations {
  private readonly looking: NodeJS.Timeout;

  /** @param open the connections of this server. */
  constructor(
    private readonly ports: Ports,
    private readonly open: () => Iterable<ConnectionId>,
  ) {
    this.looking = setInterval(() => this.lookOrReport(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.looking);
  }

  private lookOrReport(): void {
    this.look().catch((error) => this.ports.reporter.warn('revoked keys could not be looked for', { error }));
  }

  private async look(): Promise<void> {
    const { connections, keys, wakeUps, clock, reporter } = this.ports;
    const used = new Set<KeyId>();
    for (const id of this.open()) {
      const key = (await connections.get(id, clock.now()))?.access?.key;
      if (key !== undefined) used.add(key);
    }
    for (const key of used) {
      try {
        if ((await keys.get(key)) === undefined) await wakeUps.send({ kind: 'revocation', key }, 0);
      } catch (error) {
        reporter.warn('it could not be found out whether a key was revoked', { key, error });
      }
    }
  }
}
