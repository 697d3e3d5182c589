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

/** Callers that wait for the same turn of a shard. */
interface Turn {
  at: Time;
  now: Time;
  readonly done: Promise<void>;
}

/**
 * Timers as delayed messages of SQS. Which timer is pending is recorded for all processes, and remembered by the
 * process that sent it. A record says that a timer was sent, and is valid until its time.
 *
 * SQS delays by whole seconds: a timer comes up to a second late, and a pending one also serves deadlines up to a
 * second earlier. A deadline further away than SQS can delay is reached in steps.
 */
export class SqsTimers implements Timers {
  /** The timers sent by this process: their times are by its own clock, from which others may differ. */
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
    // A queued turn that has not begun serves everyone waiting: it reads after their state was stored.
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
   * Whether a timer that this process sent need not be looked up. A timer that fires in a moment may be served
   * elsewhere before the caller has stored its state. A later one cannot, since no route lives that long, and `deliver`
   * arms its timers again at its end.
   */
  private isCertain(pending: Time | undefined, at: Time, now: Time): boolean {
    return pending !== undefined && pending <= at + SECOND && pending > now + ROUTE_MS;
  }

  /** Runs the turns of a shard one after the other, so that simultaneous callers do not each send a timer. */
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

  /** Sends first and then records, so that no timer is recorded that never comes. */
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
