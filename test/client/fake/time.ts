import type { Timers } from '../../../client';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Lets everything that is ready to run do so. */
export const turn = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
};

/** A clock that stands until it is moved, and chance that is always the same. */
export class FakeTime implements Timers {
  private time = Date.parse('2026-11-23T09:00:00Z');
  private timers = new Set<Timer>();

  /** @param chance from 0 up to 1. */
  constructor(public chance = 0.5) {}

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  soon(run: () => void): void {
    queueMicrotask(run);
  }

  /** Moves the clock, running what comes due on the way. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    await turn();
    for (;;) {
      const next = [...this.timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.run();
      await turn();
    }
    this.time = until;
  }

  /** As {@link pass}, but for a machine that sleeps: everything comes due at its end. */
  async sleep(ms: number): Promise<void> {
    this.time += ms;
    await this.pass(0);
  }
}
