import type { Scheduler } from './scheduler';

/** What happened in one run, told only to who wants to read it. */
export class Trace {
  private readonly began: number;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly tell: ((line: string) => void) | undefined,
  ) {
    this.began = scheduler.now;
  }

  note(text: () => string): void {
    if (this.tell === undefined) return;
    const seconds = ((this.scheduler.now - this.began) / 1_000).toFixed(3).padStart(10);
    this.tell(`${seconds}  ${text()}`);
  }
}
