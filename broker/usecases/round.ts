import type { LogEntry } from '../model/message';
import type { QueueName, Seq, Time } from '../model/names';
import type { Shard } from '../model/queue';
import type { MessageLog, Ports } from '../ports';
import { type Delivery, encodeMessages, type MessagesFrame } from '../protocol/encode';

/** Part of a log. */
export interface Slice {
  readonly entries: readonly LogEntry[];
  /** Whether the log may go on after them. */
  readonly more: boolean;
}

interface Fresh {
  readonly from: Seq;
  readonly next: Seq;
  readonly deliveries: readonly Delivery[];
}

/**
 * What the deliveries of one wake-up to the subscriptions of a shard share: each part of the log is read once, each
 * frame is encoded once for all who get the same, and a timer is seen to once for all who are content with it.
 */
export class Round {
  private readonly reads = new Map<Seq, { limit: number; slice: Promise<Slice> }>();
  private readonly encoded = new Map<Seq, { fresh: Fresh; frames: MessagesFrame[] }[]>();
  /** A timer was pending for this time, or before, when this round saw to it. */
  private armedFor = Infinity;
  /** The earliest time that a state stored in this round counts on. */
  private owed = Infinity;
  private random: number | undefined;

  constructor(
    private readonly log: MessageLog,
    private readonly queue: QueueName,
  ) {}

  /** Reads on from a number, at most `limit` entries. */
  async read(from: Seq, limit: number, now: Time): Promise<Slice> {
    const known = this.reads.get(from);
    if (known && known.limit >= limit) return known.slice;
    const slice = this.log
      .read(this.queue, from, limit, now)
      .then((entries) => ({ entries, more: entries.length === limit }));
    this.reads.set(from, { limit, slice });
    return slice;
  }

  /** After the log was mended: what was read of it is out of date. */
  forget(): void {
    this.reads.clear();
  }

  /** The jitter of all deadlines of this round: one timer goes off for them, whatever they are. */
  jitter({ ids }: Ports): number {
    this.random ??= ids.random();
    return this.random;
  }

  /** Sees to a timer for a state that is about to be stored, so that it is found even if nobody lives to go on. */
  async arm({ timers }: Ports, shard: Shard, at: Time, now: Time): Promise<void> {
    if (at >= this.armedFor) return;
    await timers.arm(shard, at, now);
    this.armedFor = at;
  }

  /** A state is stored that counts on a timer at this time, or before. */
  owe(at: Time): void {
    this.owed = Math.min(this.owed, at);
  }

  /**
   * Sees to the timer once more, for all that was stored: the one that was pending may have gone off, and have looked,
   * before that. Should nobody live to do this, the wake-up comes again, for it was not served.
   */
  async end({ timers, clock }: Ports, shard: Shard): Promise<void> {
    if (this.owed < Infinity) await timers.arm(shard, this.owed, clock.now());
  }

  /** The frames of first deliveries. */
  encode(fresh: Fresh): readonly MessagesFrame[] {
    const known = this.encoded.get(fresh.from) ?? [];
    const same = known.find((one) => isSame(one.fresh, fresh));
    if (same) return same.frames;
    const frames = encodeMessages(this.queue, fresh.deliveries, fresh);
    this.encoded.set(fresh.from, [...known, { fresh, frames }]);
    return frames;
  }
}

const isSame = (a: Fresh, b: Fresh): boolean =>
  a.next === b.next &&
  a.deliveries.length === b.deliveries.length &&
  a.deliveries.every(({ message }, index) => message.seq === b.deliveries[index]?.message.seq);
