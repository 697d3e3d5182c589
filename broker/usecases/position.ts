import type { QueueName, Seq, Time } from '../model/names';
import type { Queue } from '../model/queue';
import type { MessageLog, Ports } from '../ports';
import type { Position } from '../protocol/fields';

/**
 * Finds where in the log a position lies: the first seq that will be delivered from there.
 *
 * @param queue the queue as it is; undefined if it has no messages yet.
 */
export async function locate(
  { log }: Pick<Ports, 'log'>,
  name: QueueName,
  queue: Pick<Queue, 'head' | 'headUntil'> | undefined,
  position: Position,
  now: Time,
): Promise<Seq> {
  const end = (queue?.head ?? 0) + 1;
  if (position === 'new' || queue === undefined) return end;
  if (position !== 'earliest' && position.seq !== undefined) return Math.min(position.seq, end);
  const from = position === 'earliest' ? 1 : await firstAt(log, name, end, Date.parse(position.time), now);
  const first = await firstFrom(log, name, from, now);
  if (first?.seq === from) return from;
  // A missing number before the first entry has expired by then. A later one may still be written by its publisher.
  const until = first?.previousUntil ?? queue.headUntil;
  return until > now ? Math.min(from, end) : (first?.seq ?? end);
}

const firstFrom = async (log: MessageLog, queue: QueueName, from: Seq, now: Time) =>
  (await log.read(queue, from, 1, now))[0];

/**
 * The number after the last message that was published before a time. A binary search: numbers follow the order of
 * time.
 */
async function firstAt(log: MessageLog, queue: QueueName, end: Seq, time: Time, now: Time): Promise<Seq> {
  const oldest = await firstFrom(log, queue, 1, now);
  if (oldest === undefined || oldest.publishedAt >= time) return 1;
  // From here on, no step reads what has expired before the oldest.
  let low = oldest.seq + 1;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await firstFrom(log, queue, middle, now);
    if (entry === undefined) high = middle;
    else if (entry.publishedAt < time) low = entry.seq + 1;
    else high = middle;
  }
  return low;
}
