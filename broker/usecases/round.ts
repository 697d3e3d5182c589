import type { Advance } from '../decide/advance';
import { windowOf } from '../decide/window';
import type { QueueName, Seq, Time } from '../model/names';
import type { Shard } from '../model/queue';
import type { Subscription } from '../model/subscription';
import type { MessageLog, Ports } from '../ports';
import { encodeMessages, type MessagesFrame } from '../protocol/encode';
import { type Slice, Stretches } from './stretches';

type Fresh = NonNullable<Advance['fresh']>;

/** How much of the encoded frames is kept for other subscriptions that get the same. Bytes. */
const KEPT_FRAMES = 4_000_000;

/**
 * What the deliveries of one wake-up to the subscriptions of a shard share: each part of the log is read once, each
 * frame is encoded once for all subscriptions that get it, and one timer is armed for all subscriptions that it is
 * early enough for.
 */
export class Round {
  /** Left out for a single subscription: nothing is kept then. */
  private readonly stretches: Stretches | undefined;
  private readonly encoded = new Map<Seq, { fresh: Fresh; frames: MessagesFrame[] }[]>();
  private encodedBytes = 0;
  /** This round has made sure that a timer is pending for this time or before. */
  private armedFor = Infinity;
  /** The earliest time that a state stored in this round counts on. */
  private owed = Infinity;
  private random: number | undefined;

  /** @param subscriptions those that are to be delivered to, as they were read. */
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

  /** To be called after holes of the log were filled: what was read of it is out of date. */
  forget(): void {
    this.stretches?.forget();
  }

  /** The jitter of all deadlines of this round: the same, so that one timer serves them all. */
  jitter({ ids }: Ports): number {
    this.random ??= ids.random();
    return this.random;
  }

  /**
   * Makes sure that a timer is pending for a state that is about to be stored, so that its deadline is met even if this
   * process dies.
   */
  async arm({ timers }: Ports, shard: Shard, at: Time, now: Time): Promise<void> {
    if (at >= this.armedFor) return;
    await timers.arm(shard, at, now);
    this.armedFor = at;
  }

  /** Notes that a state was stored that needs a timer at this time or before. */
  owe(at: Time): void {
    this.owed = Math.min(this.owed, at);
  }

  /**
   * Arms the timer again after all saves: the pending one may have fired before them and seen nothing. If the process
   * dies first, the wake-up is repeated. A delivery by a settlement has no wake-up: there the timer that was pending
   * finds what it stored.
   */
  async end({ timers, clock }: Ports, shard: Shard): Promise<void> {
    if (this.owed < Infinity) await timers.arm(shard, this.owed, clock.now());
  }

  /** The frames of first deliveries. */
  encode(fresh: Fresh): readonly MessagesFrame[] {
    if (this.stretches === undefined) return encodeMessages(this.queue, fresh.deliveries, fresh);
    const same = this.encoded.get(fresh.from)?.find((one) => isSame(one.fresh, fresh));
    if (same) return same.frames;
    const frames = encodeMessages(this.queue, fresh.deliveries, fresh);
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

/** The lowest `next` in [from, upTo) of subscriptions that still have to read; `upTo` if none. */
function lowest(subscriptions: readonly Subscription[], from: Seq, upTo: Seq, isKnown: (seq: Seq) => boolean): Seq {
  let seq = upTo;
  for (const subscription of subscriptions) {
    const { next } = subscription;
    if (from <= next && next < seq && windowOf(subscription).forBacklog > 0 && !isKnown(next)) seq = next;
  }
  return seq;
}
