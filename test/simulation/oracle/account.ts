import type { EventName, QueueName, Seq, Time } from '../../../broker/model/names';
import { EVERY_EVENT } from '../../../broker/model/names';
import type { Subscription } from '../../../broker/model/subscription';

/** How long a request that was not answered may still have an effect. Milliseconds. */
export const UNSETTLED_MS = 20_000;

/** How long what was decided may still be pushed: as long as `deliver` lives. Milliseconds. */
const PUSHING_MS = 60_000;

/** First seqs by event. */
type Interests = Map<EventName, Seq>;

const lower = (interests: Interests, event: EventName, seq: Seq): void => {
  interests.set(event, Math.min(interests.get(event) ?? Infinity, seq));
};

const covers = (interests: Interests, event: EventName, seq: Seq): boolean =>
  (interests.get(event) ?? Infinity) <= seq || (interests.get(EVERY_EVENT) ?? Infinity) <= seq;

/**
 * What one client asked of one queue and what it was told: all that may be delivered to it, and all that must. The two
 * differ while a request is under way, and after one that was not answered.
 */
export class Account {
  private possible: Interests = new Map();
  private certain: Interests = new Map();
  private soughtAt: Time = -Infinity;
  private endedAt: Time = -Infinity;
  private renewedAt: Time = -Infinity;
  private askedAt: Time = -Infinity;
  private leftAt: Time = Infinity;
  /** What is below was passed over at the client's wish. */
  private floor: Seq = 1;
  private readonly acked = new Set<Seq>();
  private ackedUpTo: Seq = 0;
  readonly rejected = new Set<Seq>();
  readonly purged = new Set<Seq>();
  readonly received = new Set<Seq>();
  /** Told to be gone by retention. */
  readonly gone = new Set<Seq>();
  /** Deliveries that were stored: seq and attempt. */
  readonly decided = new Set<string>();
  /** What the stored frames of first deliveries cover. */
  readonly ranges: { readonly from: Seq; readonly next: Seq }[] = [];
  /** Settled since the subscription was made, or moved back. */
  readonly settled = new Set<Seq>();
  /** How often attempts were given back. */
  private readonly givenBack = new Map<Seq, number>();
  /** How often the subscription was made anew, or moved. */
  private lives = 0;

  constructor(
    readonly client: string,
    readonly queue: QueueName,
  ) {}

  /** Whether its client was told of a subscription, and did not end it. */
  get isSubscribed(): boolean {
    return this.certain.size > 0;
  }

  mayBeAsked(event: EventName, seq: Seq): boolean {
    return covers(this.possible, event, seq);
  }

  isOwed(event: EventName, seq: Seq): boolean {
    return seq >= this.floor && covers(this.certain, event, seq);
  }

  /** Another one after it was made anew, or moved. */
  get life(): number {
    return this.lives;
  }

  timesGivenBack(seq: Seq): number {
    return this.givenBack.get(seq) ?? 0;
  }

  isAckSent(seq: Seq): boolean {
    return this.acked.has(seq) || seq <= this.ackedUpTo;
  }

  mayBeSought(now: Time): boolean {
    return now <= this.soughtAt + UNSETTLED_MS;
  }

  /** Whether frames may still come that were decided before the subscription was made anew, or moved. */
  mayHearOfBefore(now: Time): boolean {
    return now <= this.renewedAt + PUSHING_MS;
  }

  mayBeEnded(now: Time): boolean {
    return now <= this.endedAt + UNSETTLED_MS || this.leftAt <= now;
  }

  /** Whether its client, which was anonymous, left, and had asked for no subscription just before. */
  get hasLeft(): boolean {
    return this.leftAt < Infinity && this.askedAt + UNSETTLED_MS < this.leftAt;
  }

  /** @param from the first seq that it may begin with. */
  subscribing(events: readonly EventName[], from: Seq, now: Time): void {
    this.askedAt = now;
    for (const event of events) lower(this.possible, event, from);
  }

  /** @param from the first seq that is certain to be delivered. */
  subscribed(events: readonly EventName[], from: Seq): void {
    for (const event of events) lower(this.certain, event, from);
  }

  unsubscribing(events: readonly EventName[] | undefined, now: Time): void {
    this.endedAt = now;
    for (const event of events ?? [...this.certain.keys()]) this.certain.delete(event);
  }

  /** An anonymous client's connection ended, and with it all that it is owed. */
  leaves(now: Time): void {
    this.leftAt = now;
    this.certain.clear();
  }

  unsubscribed(left: readonly EventName[]): void {
    for (const event of [...this.possible.keys()]) if (!left.includes(event)) this.possible.delete(event);
  }

  /** @param to the first seq that may be delivered then. */
  seeking(to: Seq, now: Time): void {
    this.soughtAt = now;
    // Until it is known where the cursor went, nothing is certain.
    this.floor = Infinity;
    for (const event of this.possible.keys()) lower(this.possible, event, to);
  }

  sought(next: Seq): void {
    this.floor = next;
  }

  /** The cursor was moved. */
  moved({ next }: Subscription, now: Time): void {
    this.lives += 1;
    this.renewedAt = now;
    for (const seq of [...this.settled]) if (seq >= next) this.settled.delete(seq);
    for (const seq of [...this.gone]) if (seq >= next) this.gone.delete(seq);
    this.ranges.length = 0;
  }

  /** A new subscription begins. */
  began(now: Time): void {
    this.lives += 1;
    this.renewedAt = now;
    this.settled.clear();
    this.ranges.length = 0;
  }

  gaveBack(seq: Seq): void {
    this.givenBack.set(seq, this.timesGivenBack(seq) + 1);
  }

  acking(seqs: readonly Seq[]): void {
    for (const seq of seqs) this.acked.add(seq);
  }

  ackingUpTo(seq: Seq): void {
    this.ackedUpTo = Math.max(this.ackedUpTo, seq);
  }
}
