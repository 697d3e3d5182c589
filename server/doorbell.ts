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

  constructor(private readonly ports: () => Ports) {}

  /** Messages were appended to a queue. */
  ring(queue: QueueName): void {
    if (this.ringing.has(queue)) this.again.add(queue);
    else void this.run(queue);
  }

  /** Any other wake-up. */
  serve(wakeUp: WakeUp): void {
    wake(this.ports(), wakeUp).catch((error) => this.retry(error, () => this.serve(wakeUp)));
  }

  private async run(queue: QueueName): Promise<void> {
    this.ringing.add(queue);
    do {
      this.again.delete(queue);
      try {
        await wakeQueue(this.ports(), queue);
      } catch (error) {
        this.retry(error, () => this.ring(queue));
      }
    } while (this.again.has(queue));
    this.ringing.delete(queue);
  }

  private retry(error: unknown, repeat: () => void): void {
    this.ports().reporter.warn('a delivery failed and is tried again', { error });
    setTimeout(repeat, RETRY_MS).unref();
  }
}
