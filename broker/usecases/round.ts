import type { LogEntry } from '../model/message';
import type { QueueName, Seq, Time } from '../model/names';
import type { MessageLog } from '../ports';
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
 * What the deliveries of one wake-up to the subscriptions of a queue share: each part of the log is read once, and
 * each frame is encoded once, for all who get the same.
 */
export class Round {
  private readonly reads = new Map<Seq, { limit: number; slice: Promise<Slice> }>();
  private readonly encoded = new Map<Seq, { fresh: Fresh; frames: MessagesFrame[] }[]>();

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
