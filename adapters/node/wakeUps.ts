import type { Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import { type SubscriptionKey, subscriptionKeyText } from '../../broker/model/subscription';
import { subscriptionWakeUp, type Timers, type WakeUp, type WakeUps } from '../../broker/ports';

// The longest that setTimeout takes; a wake-up that comes early is harmless.
const LONGEST_MS = 2 ** 31 - 1;

/** Does what a wake-up asks for; repeats it by itself if that fails. */
export type Serve = (wakeUp: WakeUp) => void;

/** Wake-ups within this process. They end with it, as do the connections they are for. */
export class NodeWakeUps implements WakeUps {
  private readonly gathered = new Set<string>();

  constructor(private readonly serve: Serve) {}

  gather(subscription: SubscriptionKey): void {
    const key = subscriptionKeyText(subscription);
    if (this.gathered.has(key)) return;
    this.gathered.add(key);
    setImmediate(() => {
      this.gathered.delete(key);
      this.serve(subscriptionWakeUp(subscription));
    });
  }

  async send(wakeUp: WakeUp, delay: number): Promise<void> {
    if (delay === 0) setImmediate(() => this.serve(wakeUp));
    else setTimeout(() => this.serve(wakeUp), Math.min(delay, LONGEST_MS)).unref();
  }
}

/** One timer for each shard, the earliest. A later one is armed when that has fired. */
export class NodeTimers implements Timers {
  private readonly pending = new Map<string, { at: Time; timeout: NodeJS.Timeout }>();

  constructor(private readonly serve: Serve) {}

  async arm({ queue, shard }: Shard, at: Time, now: Time): Promise<void> {
    const key = shardKey({ queue, shard });
    const pending = this.pending.get(key);
    if (pending !== undefined && pending.at <= at) return;
    clearTimeout(pending?.timeout);
    const delay = Math.min(Math.max(0, at - now), LONGEST_MS);
    const timeout = setTimeout(() => this.serve({ kind: 'timer', shard: { queue, shard }, firesAt: at }), delay);
    this.pending.set(key, { at, timeout: timeout.unref() });
  }

  async begun(shard: Shard, firesAt: Time): Promise<void> {
    const pending = this.pending.get(shardKey(shard));
    if (pending !== undefined && pending.at <= firesAt) this.pending.delete(shardKey(shard));
  }
}
