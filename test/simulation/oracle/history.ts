import { toEntry, toMessage } from '../../../adapters/dynamodb/messageItem';
import { isTombstone, type Message } from '../../../broker/model/message';
import type { QueueName, Seq, Time } from '../../../broker/model/names';
import type { Item } from '../aws/expression';
import type { Change } from '../aws/table';

/** A number after it was taken. */
export interface Taken {
  readonly at: Time;
  /** Until when what gets it is retained. */
  readonly until: Time;
  readonly message?: Message;
  readonly tombstone?: true;
}

/** What was ever in the log of each queue, whatever became of it. */
export class History {
  private readonly queues = new Map<QueueName, Taken[]>();

  constructor(
    /** The shortest that a message is retained. Milliseconds. */
    private readonly retention: number,
    /** How far apart the clocks may be that tell what has expired. Milliseconds. */
    private readonly apart: number,
    private readonly broken: (promise: string) => void,
  ) {}

  head(queue: QueueName): Seq {
    return this.queues.get(queue)?.length ?? 0;
  }

  at(queue: QueueName, seq: Seq): Taken | undefined {
    return this.queues.get(queue)?.[seq - 1];
  }

  /** Whether retention has taken a message, or would have if it had been written, by some clock. */
  isExpired(queue: QueueName, seq: Seq, now: Time): boolean {
    const taken = this.at(queue, seq);
    return taken !== undefined && (taken.message?.expiresAt ?? taken.until) <= now + this.apart;
  }

  /**
   * Whether a number may be called gone: it expired; or nobody will write it any more, and nothing before it is
   * retained by which its age could be told.
   */
  mayBeGone(queue: QueueName, seq: Seq, now: Time): boolean {
    if (this.isExpired(queue, seq, now)) return true;
    const numbers = this.queues.get(queue) ?? [];
    const { at, message } = numbers[seq - 1] ?? { at: now };
    if (message !== undefined || at + PUBLISHER_MS > now + this.apart) return false;
    return numbers
      .slice(0, seq - 1)
      .every((one) => one.message === undefined || one.message.publishedAt + this.retention <= now + this.apart);
  }

  /** The queue's counter moved. */
  counted({ after }: Change, now: Time): void {
    const name = after?.queue?.S as QueueName | undefined;
    if (name === undefined) return;
    const numbers = this.queues.get(name) ?? [];
    this.queues.set(name, numbers);
    const until = Number(after?.headUntil?.N ?? 0);
    while (numbers.length < Number(after?.head?.N ?? 0)) numbers.push({ at: now, until });
  }

  /** Something was put into the log, or removed from it. */
  logged({ before, after }: Change, now: Time): void {
    const item = after ?? before;
    const name = item?.queue?.S as QueueName | undefined;
    if (item === undefined || name === undefined || name.includes('\u0000')) return;
    const seq = Number(item.seq?.N);
    const numbers = this.queues.get(name) ?? [];
    const taken = numbers[seq - 1];
    if (taken === undefined) this.broken(`only numbers that were taken are written: ${seq} of ${name}`);
    if (before !== undefined && after !== undefined) this.broken(`what is written stays as it is: ${seq} of ${name}`);
    if (after === undefined && !(isTombstoneOver(item, now) || this.isExpired(name, seq, now)))
      this.broken(`nothing is removed before its time: ${seq} of ${name}`);
    if (taken === undefined || after === undefined) return;
    const entry = toEntry(after);
    if (!isTombstone(entry)) {
      numbers[seq - 1] = { ...taken, message: toMessage(after) };
      return;
    }
    // One that a reader put is as old as what comes after it; a publisher buries its own numbers at once.
    if (entry.publishedAt > taken.at && taken.at + PUBLISHER_MS > now + this.apart)
      this.broken(`a publisher has 30 s to write ${seq} of ${name}`);
    numbers[seq - 1] = { ...taken, tombstone: true };
  }
}

/** A tombstone lives as long as the message after it, which may have been published a little before it was numbered. */
const isTombstoneOver = ({ tombstone, expiresAt }: Item, now: Time): boolean =>
  tombstone !== undefined && Number(expiresAt?.N) * 1_000 <= now;

const PUBLISHER_MS = 30_000;
