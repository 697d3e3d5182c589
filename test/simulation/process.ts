import type { Mortal, Scheduler } from './scheduler';

const never = <Result>(): Promise<Result> => new Promise(() => undefined);

/**
 * A process as a function's instance is one: it does nothing any more once it is dead, wherever it was. What it had
 * asked others to do may still be done.
 */
export class Process implements Mortal {
  private callsLeft = Infinity;
  private writesLeft = Infinity;
  private isDead = false;
  private died: (() => void) | undefined;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
  ) {}

  get dead(): boolean {
    return this.isDead;
  }

  /** Dies at one of its next calls, or with one of its next writes. */
  dieAfter(calls: number, writes: number): void {
    this.callsLeft = calls;
    this.writesLeft = writes;
  }

  /** Something it asked for was written. */
  wrote(): void {
    this.writesLeft -= 1;
    if (this.writesLeft <= 0) this.callsLeft = 0;
  }

  die(): void {
    this.isDead = true;
    this.died?.();
  }

  /** @param died called if it dies meanwhile. */
  during<Result>(run: () => Promise<Result>, died: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.died = () => resolve(died());
      run().then(resolve, reject);
    });
  }

  /** Asks something of the outside: others may go first, and the process may die before or after it is done. */
  async call<Result>(effect: () => Result | Promise<Result>): Promise<Result> {
    if (this.isMortallyTired()) return never();
    await this.scheduler.turn();
    const result = effect();
    const done = result instanceof Promise ? await result : result;
    if (this.isMortallyTired()) return never();
    await this.scheduler.turn(this);
    return done;
  }

  /** Waits, in milliseconds. */
  async wait(ms: number): Promise<void> {
    if (this.isDead) return never();
    await this.scheduler.sleep(ms, this);
  }

  private isMortallyTired(): boolean {
    if (this.isDead) return true;
    this.callsLeft -= 1;
    if (this.callsLeft < 0) this.die();
    return this.isDead;
  }
}
