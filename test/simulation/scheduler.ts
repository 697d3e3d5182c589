import type { Time } from '../../broker/model/names';
import type { Random } from './random';

/** Those whose turns no longer come once they are dead. */
export interface Mortal {
  readonly dead: boolean;
}

interface Turn {
  readonly run: () => void;
  readonly owner: Mortal | undefined;
}

interface Sleeping extends Turn {
  readonly at: Time;
}

/** More turns than any run needs. */
const MOST_TURNS = 200_000;

const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Decides who goes next, whenever anything waits for anything, and what time it is. Time passes a little with every
 * turn, and jumps when nobody can go on.
 */
export class Scheduler {
  private readonly ready: Turn[] = [];
  /** The latest first. */
  private readonly sleeping: Sleeping[] = [];
  private stopped = false;
  private turns = 0;
  private atRest: () => void = () => undefined;

  constructor(
    private readonly random: Random,
    private time: Time,
  ) {}

  get now(): Time {
    return this.time;
  }

  /** Waits for a turn, which never comes if the owner dies before. */
  turn(owner?: Mortal): Promise<void> {
    return new Promise((run) => void this.ready.push({ run, owner }));
  }

  /** Waits so long, in milliseconds, and then for a turn. */
  sleep(ms: number, owner?: Mortal): Promise<void> {
    return new Promise((run) => this.put({ run, owner, at: this.time + Math.ceil(ms) }));
  }

  /** Does something so much later, in milliseconds. */
  later(ms: number, run: () => void): void {
    this.put({ run, owner: undefined, at: this.time + Math.ceil(ms) });
  }

  /** Does something whenever nobody can go on before time passes. */
  whenAtRest(run: () => void): void {
    this.atRest = run;
  }

  /** From now on nothing happens any more. */
  stop(): void {
    this.stopped = true;
  }

  /**
   * Lets everything happen up to a time.
   *
   * @throws Error it comes to no end.
   */
  async runUntil(end: Time): Promise<void> {
    await drained();
    while (!this.stopped) {
      if (this.ready.length === 0) {
        this.atRest();
        const next = this.sleeping.at(-1);
        if (next === undefined || next.at > end) break;
        this.time = Math.max(this.time, next.at);
      } else if (this.random.chance(0.3)) {
        this.time += 1;
      }
      this.rouse();
      const turn = this.take();
      if (turn === undefined || turn.owner?.dead) continue;
      this.turns += 1;
      if (this.turns > MOST_TURNS) throw new Error(`all comes to rest, but not within ${MOST_TURNS} turns`);
      turn.run();
      await drained();
    }
    this.time = Math.max(this.time, end);
  }

  private take(): Turn | undefined {
    if (this.ready.length === 0) return undefined;
    const index = this.random.between(0, this.ready.length - 1);
    const turn = this.ready[index];
    const last = this.ready.pop();
    if (last !== undefined && index < this.ready.length) this.ready[index] = last;
    return turn;
  }

  private rouse(): void {
    for (let next = this.sleeping.at(-1); next !== undefined && next.at <= this.time; next = this.sleeping.at(-1)) {
      this.ready.push(next);
      this.sleeping.pop();
    }
  }

  private put(turn: Sleeping): void {
    let index = this.sleeping.length;
    while (index > 0 && (this.sleeping[index - 1]?.at ?? Infinity) <= turn.at) index -= 1;
    this.sleeping.splice(index, 0, turn);
  }
}
