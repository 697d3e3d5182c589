import type { Ports, QueueName, WakeUp } from '../broker';
import { wake, wakeQueue } from '../broker';

const RETRY_MS = 1_000;

/**
 * Serves wake-ups in this process. Wake-ups of one queue are served one after the other, and all that come meanwhile
 * are merged into one, so that a busy queue is read for many messages at a time.
 */
export class Doorbell {
  private readonly ringing = new Set<QueueName>();
  private readonly again = new Set<QueueName>();
  /** Wake-ups that failed and are about to be repeated, by {@link keyOf}. */
  private readonly retrying = new Set<string>();

  constructor(private readonly ports: () => Ports) {}

  /** Messages were appended to a queue. */
  ring(queue: QueueName): void {
    if (this.ringing.has(queue)) this.again.add(queue);
    else void this.run(queue);
  }

  /** Any other wake-up. */
  serve(wakeUp: WakeUp): void {
    wake(this.ports(), wakeUp).catch((error) => this.retry(error, wakeUp, () => this.serve(wakeUp)));
  }

  private async run(queue: QueueName): Promise<void> {
    this.ringing.add(queue);
    do {
      this.again.delete(queue);
      try {
        await wakeQueue(this.ports(), queue);
      } catch (error) {
        this.retry(error, { kind: 'queue', queue }, () => this.ring(queue));
      }
    } while (this.again.has(queue));
    this.ringing.delete(queue);
  }

  /** One repetition serves all failures before it. If each had its own, they would add up as long as they fail. */
  private retry(error: unknown, wakeUp: WakeUp, repeat: () => void): void {
    const key = keyOf(wakeUp);
    if (this.retrying.has(key)) return;
    this.retrying.add(key);
    this.ports().reporter.warn('a delivery failed and is tried again', { error });
    setTimeout(() => {
      this.retrying.delete(key);
      repeat();
    }, RETRY_MS).unref();
  }
}

/** The same for wake-ups that do the same: the timers of a shard, whenever they were to fire. */
const keyOf = (wakeUp: WakeUp): string =>
  JSON.stringify(wakeUp.kind === 'timer' ? { ...wakeUp, firesAt: undefined } : wakeUp);
