import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long there is work before others have their turn. Milliseconds. */
const AT_A_TIME_MS = 10;

/** Who works long would otherwise have the process for itself: what it awaits is there at once. */
export class Turns {
  private turnedAt = performance.now();

  /** Lets others have their turn, if they have had none for a while. */
  async letOthers(): Promise<void> {
    if (performance.now() - this.turnedAt < AT_A_TIME_MS) return;
    await nextTurn();
    this.turnedAt = performance.now();
  }
}
