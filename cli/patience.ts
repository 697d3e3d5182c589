import { setMaxListeners } from 'node:events';
import { Timeout } from '../client';

/** Waits for answers as long as each comes within a while of the one before. */
export class Patience {
  private readonly ending = new AbortController();
  private waiting = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param seconds how long no answer may come while any is waited for. */
  constructor(private readonly seconds: number) {
    // One for each request that waits.
    setMaxListeners(0, this.ending.signal);
  }

  /**
   * Waits for one more answer.
   *
   * @param request rejects with the reason of the signal.
   * @throws Timeout no answer came in time, to this or to any other that is waited for. As the request does.
   */
  async wait<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.waiting += 1;
    if (this.waiting === 1) this.restart();
    try {
      return await request(this.ending.signal);
    } finally {
      this.waiting -= 1;
      this.restart();
    }
  }

  private restart(): void {
    clearTimeout(this.timer);
    this.timer = this.waiting === 0 ? undefined : setTimeout(() => this.end(), this.seconds * 1000);
  }

  private end(): void {
    this.ending.abort(
      new Timeout(
        `there was no answer within ${this.seconds} s: it may be stored all the same, and with --id it can be published again without being stored twice`,
      ),
    );
  }
}
