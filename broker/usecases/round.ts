import type { Advance } from '../decide/advance';
import { windowOf } from '../decide/window';
import type { QueueName, Seq, Time } from '../model/names';
import type { Shard } from '../model/queue';
import type { Subscription } from '../model/subscription';
import type { MessageLog, Ports } from '../ports';
import { encodeMessages, type MessagesFrame } from '../protocol/encode';
import { type Slice, Stretches } from './stretches';

type Fresh = NonNullable<Advance['fresh']>;

/** Frames that are kept at most, for others who get the same. Bytes. */
const KEPT_FRAMES = 4_000_000;

/**
 * What the deliveries of one wake-up to the subscriptions of a shard share: each part of the log is read once, each
 * frame is encoded once for all who get the same, and a timer is seen to once for all who are content with it.
 */
export class Round {
  /** Left out: there is nobody to share with, and nothing is held. */
  private readonly stretches: Stretches | undefined;
  private readonly encoded = new Map<Seq, { fresh: Fresh; frames: MessagesFrame[] }[]>();
  private encodedBytes = 0;
  /** A timer was pending for this time, or before, when this round saw to it. */
  private armedFor = Infinity;
  /** The earliest time that a state stored in this round counts on. */
  private owed = Infinity;
  private random: number | undefined;

  /** @param subscriptions those that it is for, as they were read. */
  constructor(
    private readonly log: MessageLog,
    private readonly queue: QueueName,
    subscriptions: readonly Subscription[],
  ) {
    if (subscriptions.length > 1)
      this.stretches = new Stretches(log, queue, (...range) => lowest(subscriptions, ...range));
  }

  /** Reads on from a number, at least `limit` entries if there are so many. */
  async read(from: Seq, limit: number, now: Time): Promise<Slice> {
    if (this.stretches !== undefined) return this.stretches.read(from, limit, now);
    const entries = await this.log.read(this.queue, from, limit, now);
    return { entries, more: entries.length === limit };
  }

  /** After the log was mended: what was read of it is out of date. */
  forget(): void {
    this.stretches?.forget();
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
   * before that. Should nobody live to do this, the wake-up comes again, for it was not served; where a settlement delivered,
   * the timer that was pending finds what it stored.
   */
  async end({ timers, clock }: Ports, shard: Shard): Promise<void> {
    if (this.owed < Infinity) await timers.arm(shard, this.owed, clock.now());
  }

  /** The frames of first deliveries. */
  encode(fresh: Fresh): readonly MessagesFrame[] {
    const same = this.encoded.get(fresh.from)?.find((one) => isSame(one.fresh, fresh));
    if (same) return same.frames;
    const frames = encodeMessages(this.queue, fresh.deliveries, fresh);
    if (this.stretches === undefined) return frames;
    const size = frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.encodedBytes + size > KEPT_FRAMES) {
      this.encodedBytes = 0;
      this.encoded.clear();
    }
    this.encodedBytes += size;
    this.encoded.set(fresh.from, [...(this.encoded.get(fresh.from) ?? []), { fresh, frames }]);
    return frames;
  }
}

const isSame = (a: Fresh, b: Fresh): boolean =>
  a.next === b.next &&
  a.deliveries.length === b.deliveries.length &&
  a.deliveries.every(({ message }, index) => message.seq === b.deliveries[index]?.message.seq);

/** Where the last of those stands who are about to read: from one number up to another, and not known yet. */
function lowest(subscriptions: readonly Subscription[], from: Seq, upTo: Seq, isKnown: (seq: Seq) => boolean): Seq {
  let seq = upTo;
  for (const subscription of subscriptions) {
    const { next } = subscription;
    if (from <= next && next < seq && windowOf(subscription).forBacklog > 0 && !isKnown(next)) seq = next;
  }
  return seq;
}
