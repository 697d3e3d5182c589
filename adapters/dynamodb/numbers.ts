import type { EventName, QueueName, Time } from '../../broker/model/names';
import type { Taken } from '../../broker/model/place';
import { isListed } from '../../broker/model/queue';
import { Unavailable } from '../../broker/ports';
import type { Database } from './database';
import { numberOr } from './items';
import { takeParameters } from './queueItem';

/** Queues remembered as full of event names. */
const REMEMBERED = 10_000;

/** Gives out the numbers of messages. */
export class Numbers {
  /** Queues that have no room for another event name. Names are never removed, so such a queue stays full. */
  private readonly full = new Set<QueueName>();

  constructor(
    private readonly db: Database,
    private readonly table: string,
  ) {}

  /**
   * Takes the next numbers of a queue, creating it if needed, and learns event names as long as there is room.
   *
   * @param until when the retention of what gets them ends.
   * @throws Unavailable numbers may have been taken that nobody will use.
   */
  async take(queue: QueueName, count: number, events: readonly EventName[], now: Time, until: Time): Promise<Taken> {
    const names = this.full.has(queue) ? [] : [...new Set(events)].filter(isListed);
    let taken = await this.db.update(takeParameters(this.table, queue, count, names, now, until));
    if (!taken.done) {
      if (names.length === 1) this.remember(queue);
      taken = await this.db.update(takeParameters(this.table, queue, count, [], now, until));
    }
    if (!taken.done) throw new Unavailable(`numbers of ${queue} could not be taken`);
    const before = taken.item ?? {};
    return { first: numberOr(before, 'head', 0) + 1, previousUntil: numberOr(before, 'headUntil', 0) };
  }

  private remember(queue: QueueName): void {
    if (this.full.size >= REMEMBERED) this.full.clear();
    this.full.add(queue);
  }
}
