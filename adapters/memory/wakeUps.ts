import type { Time } from '../../broker/model/names';
import { type Shard, shardKey } from '../../broker/model/queue';
import type { Clock, Timers, WakeUp, WakeUps } from '../../broker/ports';

/** A wake-up that waits for its time. */
export interface PendingWakeUp {
  readonly wakeUp: WakeUp;
  readonly at: Time;
}

/** Wake-ups that are kept until a test takes them out. */
export interface MemoryWakeUps extends WakeUps {
  /** In the order in which they were sent. */
  readonly pending: readonly PendingWakeUp[];
  /** Takes out the wake-ups that are due, earliest first. */
  takeDue(): WakeUp[];
  /** The earliest time of one that is pending. */
  nextAt(): Time | undefined;
}

export function memoryWakeUps(clock: Clock): MemoryWakeUps {
  const pending: PendingWakeUp[] = [];
  return {
    pending,
    send: async (wakeUp, delay) => {
      pending.push({ wakeUp, at: clock.now() + delay });
    },
    takeDue: () => {
      const now = clock.now();
      const due = pending.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      pending.splice(0, pending.length, ...pending.filter(({ at }) => at > now));
      return due.map(({ wakeUp }) => wakeUp);
    },
    nextAt: () => (pending.length === 0 ? undefined : Math.min(...pending.map(({ at }) => at))),
  };
}

/** Timers that go off as wake-ups. */
export interface MemoryTimers extends Timers {
  /** By shard key: when the pending timer of the shard fires. */
  readonly armed: ReadonlyMap<string, Time>;
}

export function memoryTimers(wakeUps: WakeUps): MemoryTimers {
  const armed = new Map<string, Time>();
  return {
    armed,
    arm: async (shard: Shard, at: Time, now: Time) => {
      const pending = armed.get(shardKey(shard));
      if (pending !== undefined && pending <= at) return;
      armed.set(shardKey(shard), at);
      await wakeUps.send({ kind: 'timer', shard, firesAt: at }, Math.max(0, at - now));
    },
    begun: async (shard: Shard, firesAt: Time) => {
      const pending = armed.get(shardKey(shard));
      if (pending !== undefined && pending <= firesAt) armed.delete(shardKey(shard));
    },
  };
}
