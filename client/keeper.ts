import { type Keeping, needingTime, SHARES } from './deadlines';
import type { Entry } from './ledger';
import type { Timers } from './timers';

/** What a keeper needs of its inbox. */
export interface KeeperPorts extends Omit<Keeping, 'deadline'> {
  /** Milliseconds. */
  deadline(): number;
  /** Held and running messages; none if there is no consumer. */
  entries(): Iterable<Entry>;
  extend(entries: readonly Entry[]): void;
}

/** Extends the deadlines of messages in this client, as long as there are any. */
export class Keeper {
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly ports: KeeperPorts,
  ) {}

  /** To be called when a message has come. */
  start(): void {
    this.cancelTimer ??= this.timers.after(this.ports.deadline() / SHARES, () => {
      this.cancelTimer = undefined;
      const entries = [...this.ports.entries()];
      if (entries.length === 0) return;
      const { isWanted, limitOf } = this.ports;
      const needing = needingTime(entries, this.timers.now(), { deadline: this.ports.deadline(), isWanted, limitOf });
      if (needing.length > 0) this.ports.extend(needing);
      this.start();
    });
  }

  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }
}
