import type { Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Timers, WakeUps } from '../../broker/ports';
import type { PendingTimers } from '../dynamodb/pendingTimers';
import { LONGEST_DELAY } from './wakeUps';

const SECOND = 1_000;
/** The longest that a function which answers requests lives. Milliseconds. */
const ROUTE_MS = 10_000;
/** Shards remembered at a time. */
const REMEMBERED = 10_000;

/** Those who wait for the same timer of a shard to be seen to. */
interface Turn {
  at: Time;
  now: Time;
  readonly done: Promise<void>;
}

/**
 * Timers as delayed messages of SQS. Which is pending is recorded for all processes, and by the one that sent it remembered:
 * a record says that a timer was sent, and holds good until its time.
 *
 * SQS delays by whole seconds: a timer comes up to one late, and one that is pending will do for whoever wants one up to
 * a second earlier. What lies further away than SQS can delay is approached in steps.
 */
export class SqsTimers implements Timers {
  /** Sent from here: when it goes off is told by the clock that it was sent by, and those of others may differ. */
  private readonly pending = new Map<string, Time>();
  private readonly waiting = new Map<string, Turn>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly wakeUps: WakeUps,
    private readonly record: PendingTimers,
  ) {}

  async arm({ queue, shard }: Shard, at: Time, now: Time): Promise<void> {
    const key = shardKey({ queue, shard });
    if (this.isCertain(this.pending.get(key), at, now)) return;
    const joined = this.waiting.get(key);
    if (joined === undefined) return this.enqueue({ queue, shard }, key, at, now);
    // A turn that has not begun serves all who wait for it: they stored what they wait for, or will, later than it reads.
    joined.at = Math.min(joined.at, at);
    joined.now = Math.max(joined.now, now);
    return joined.done;
  }

  async begun(shard: Shard, firesAt: Time): Promise<void> {
    const key = shardKey(shard);
    if ((this.pending.get(key) ?? Infinity) <= firesAt) this.pending.delete(key);
    await this.record.clear(shard, firesAt);
  }

  /**
   * Whether a timer that was sent from here need not be looked up. One that fires in a moment may have been begun elsewhere
   * before its caller has stored what it is for; no route lives long enough for that to happen to a later one, and `deliver`
   * sees to its timers once more at its end.
   */
  private isCertain(pending: Time | undefined, at: Time, now: Time): boolean {
    return pending !== undefined && pending <= at + SECOND && pending > now + ROUTE_MS;
  }

  /** One after the other for each shard, so that those who come at the same time do not each send a timer. */
  private enqueue(shard: Shard, key: string, at: Time, now: Time): Promise<void> {
    const before = this.running.get(key);
    if (before === undefined) return this.run(key, this.look(shard, key, at, now));
    const turn: Turn = {
      at,
      now,
      done: before
        .catch(() => undefined)
        .then(() => {
          this.waiting.delete(key);
          return this.run(key, this.look(shard, key, turn.at, turn.now));
        }),
    };
    this.waiting.set(key, turn);
    return turn.done;
  }

  private async run(key: string, work: Promise<void>): Promise<void> {
    this.running.set(key, work);
    try {
      await work;
    } finally {
      if (this.running.get(key) === work) this.running.delete(key);
    }
  }

  private async look(shard: Shard, key: string, at: Time, now: Time): Promise<void> {
    if (this.isCertain(this.pending.get(key), at, now)) return;
    const recorded = await this.record.get(shard);
    if (recorded !== undefined && recorded > now && recorded <= at + SECOND) return;
    await this.send(shard, key, at, now);
  }

  /** Sends first and records then, so that none is recorded which will not come. */
  private async send(shard: Shard, key: string, at: Time, now: Time): Promise<void> {
    const seconds = Math.min(Math.max(0, Math.ceil((at - now) / SECOND)), LONGEST_DELAY);
    const firesAt = now + seconds * SECOND;
    await this.wakeUps.send({ kind: 'timer', shard, firesAt }, seconds * SECOND);
    if (seconds === 0) return;
    await this.record.record(shard, firesAt);
    this.remember(key, firesAt);
  }

  private remember(key: string, firesAt: Time): void {
    if (this.pending.size >= REMEMBERED) this.pending.clear();
    this.pending.set(key, firesAt);
  }
}
