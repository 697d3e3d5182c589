import { pauseAfter } from './backoff';
import { nextBatch } from './batch';
import { isBlame } from './blame';
import { errorOf } from './errorOf';
import { type HoldfastError, isHoldfastError, StoreFailed } from './errors';
import { FRAME_BYTES, MESSAGES } from './limits';
import type { Kept, OutboxStore, Stored } from './outboxStore';
import { bytesOf } from './requests';
import type { Timers } from './timers';

/** What is needed to publish what was left. */
export interface LeftoverPorts {
  readonly timers: Timers;
  readonly store: OutboxStore;
  publish(record: Stored): Promise<unknown>;
  report(failure: HoldfastError): void;
}

/** What an earlier run of this program left in the store. Nobody here waits for it. */
export class Leftovers {
  private isOver = false;
  private cancelPause = () => {};
  private reported: HoldfastError | undefined;

  constructor(private readonly ports: LeftoverPorts) {}

  /** Publishes it, in order: what the server does not take for now again and again. */
  async publish(): Promise<void> {
    let left = await this.read();
    let failures = 0;
    while (left.length > 0 && !this.isOver) {
      const round = nextOf(left);
      const refusals = await Promise.all(round.map((kept) => this.attempt(kept)));
      const done = new Set(round.filter((_, index) => refusals[index] === undefined));
      left = left.filter((kept) => !done.has(kept));
      const refusal = refusals.find((one) => one !== undefined);
      if (refusal !== undefined) await this.pause(refusal, failures);
      failures = refusal === undefined ? 0 : failures + 1;
    }
  }

  /** The client has ended. What was not published stays in the store. */
  stop(): void {
    this.isOver = true;
    this.cancelPause();
  }

  private async read(): Promise<readonly Kept[]> {
    try {
      return await this.ports.store.all();
    } catch (cause) {
      this.ports.report(new StoreFailed('what an earlier run left could not be read', { cause }));
      return [];
    }
  }

  /** @returns the refusal, if it is worth another try. */
  private async attempt({ key, record }: Kept): Promise<HoldfastError | undefined> {
    const { publish, store } = this.ports;
    try {
      await publish(record);
    } catch (error) {
      if (this.isOver || !isHoldfastError(error)) return undefined;
      if (error.retryable) return error;
      this.report(error, record);
      // Where the message is not to blame, such as for a credential, a later run may have better luck.
      if (!isBlame(error)) return undefined;
    }
    store.remove(key).catch(() => undefined);
    return undefined;
  }

  private report(error: HoldfastError, { queue, id }: Stored): void {
    // Messages that shared a frame share its refusal.
    if (error === this.reported) return;
    this.reported = error;
    const message = `the message ${id} in ${queue}, left by an earlier run, was refused: ${error.message}`;
    this.ports.report(isBlame(error) ? errorOf({ type: 'error', code: error.code, message, retryable: false }) : error);
  }

  private async pause(refusal: HoldfastError, failures: number): Promise<void> {
    const { timers } = this.ports;
    await new Promise<void>((resolve) => {
      this.cancelPause = timers.after(pauseAfter(refusal, failures, timers.random()), resolve);
    });
  }
}

/** Of each queue, what one frame takes. While no more is under way, a refusal leaves the rest in order. */
function nextOf(left: readonly Kept[]): Kept[] {
  const byQueue = new Map<string, Kept[]>();
  for (const kept of left) {
    const others = byQueue.get(kept.record.queue);
    if (others === undefined) byQueue.set(kept.record.queue, [kept]);
    else if (others.length < MESSAGES) others.push(kept);
  }
  return [...byQueue.values()].flatMap((those) => {
    const outgoing = those.map(({ record }) => ({ ...record, bytes: bytesOf(record.text) }));
    return those.slice(0, nextBatch(outgoing, FRAME_BYTES));
  });
}
