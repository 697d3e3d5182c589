import { advance, type Lifetime, type Reading } from '../decide/advance';
import type { QueueName, Seq, Time } from '../model/names';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';

const PAGE = 250;

/**
 * Puts tombstones at numbers that no publisher will write any more. Fills those that are certain by the age of the
 * message before them.
 *
 * @returns false if nothing could be filled: messages were there that were just written, or that have expired by this
 * clock only, or it is too early.
 */
export async function fillHoles(
  ports: Ports,
  subscription: Subscription,
  reading: Reading,
  now: Time,
): Promise<boolean> {
  const { queue, next } = subscription;
  const before = await lifetimeBefore(ports, queue, next, now);
  const { holes } = advance(subscription, { ...reading, before }, now, 0);
  const filled = await Promise.all(holes.map((hole) => ports.log.fill(queue, hole)));
  const count = filled.filter((isFilled) => isFilled).length;
  if (count > 0)
    ports.reporter.warn('filled numbers that their publisher never wrote', { queue, from: holes[0]?.seq, count });
  return count > 0;
}

/** What came before may be of any age. */
const UNKNOWN: Lifetime = { publishedAt: 0, expiresAt: 0 };

/** The lifetime of the last message before a number, if it is known: there may be a hole, or an expired message. */
async function lifetimeBefore(ports: Ports, queue: QueueName, next: Seq, now: Time): Promise<Lifetime> {
  let before = UNKNOWN;
  let from = Math.max(1, next - PAGE);
  if (from === 1) {
    const known = await ports.queues.get(queue);
    if (known !== undefined) before = lifetimeFrom(known.createdAt, ports.settings.leastRetention);
  }
  while (from < next) {
    const entries = await ports.log.read(queue, from, next - from, now);
    const last = entries.findLast(({ seq }) => seq < next);
    if (last === undefined) break;
    before = last;
    from = last.seq + 1;
  }
  return before;
}

const lifetimeFrom = (publishedAt: Time, retention: number): Lifetime => ({
  publishedAt,
  expiresAt: publishedAt + retention,
});
