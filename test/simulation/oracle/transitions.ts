import type { EventName, QueueName, Seq, Time } from '../../../broker/model/names';
import type { Flight, Subscription } from '../../../broker/model/subscription';
import type { Tally } from '../tally';
import type { Account } from './account';
import type { History } from './history';

/** What the check of a change needs to know beside it. */
export interface Surroundings {
  readonly history: History;
  readonly now: Time;
  /** How far apart two clocks may be. Milliseconds. */
  readonly apart: number;
  /** The payload of a dead letter, if there is one. */
  letterOf(queue: QueueName, client: string, seq: Seq): string | undefined;
  broken(promise: string): void;
  /** A delivery is stored. */
  decided(account: Account, flight: Flight): void;
  readonly tally: Tally;
}

/**
 * Checks one change of a stored subscription: whatever it was for, every message it concerns went from one state to
 * another that the invariants allow, for a reason that the account knows.
 */
export function checkTransition(
  before: Subscription,
  after: Subscription,
  account: Account,
  around: Surroundings,
): void {
  new Transition(before, after, account, around).check();
}

class Transition {
  private readonly was: ReadonlyMap<Seq, Flight>;
  private readonly is: ReadonlyMap<Seq, Flight>;

  constructor(
    private readonly before: Subscription,
    private readonly after: Subscription,
    private readonly account: Account,
    private readonly around: Surroundings,
  ) {
    this.was = new Map(before.inFlight.map((flight) => [flight.seq, flight]));
    this.is = new Map(after.inFlight.map((flight) => [flight.seq, flight]));
  }

  check(): void {
    const { before, after, account } = this;
    if (this.isSeek()) {
      this.count('seek');
      account.moved(after, this.around.now);
      return;
    }
    if (after.next < before.next) this.goBack();
    for (let seq = before.next; seq < after.next; seq++) this.pass(seq);
    for (const flight of before.inFlight) {
      const next = this.is.get(flight.seq);
      if (next === undefined) this.leave(flight);
      else this.stay(flight, next);
    }
    for (const flight of after.inFlight)
      if (!this.was.has(flight.seq) && (flight.seq < before.next || flight.seq >= after.next)) this.comeBack(flight);
    this.keepWindow();
    if (after.covered > before.covered) account.ranges.push({ from: before.covered, next: after.covered });
  }

  private isSeek(): boolean {
    const { after, before, account } = this;
    if (!account.mayBeSought(this.around.now)) return false;
    return (
      after.covered === after.next &&
      after.inFlight.every((flight) => flight.dead) &&
      (after.next !== before.next || before.inFlight.length > 0)
    );
  }

  /** The cursor goes back only where nothing was settled, and to before nothing that stays in flight. */
  private goBack(): void {
    this.count('cursor given back');
    for (const { seq, dead, redriven } of this.after.inFlight)
      this.hold(
        seq < this.after.next || dead === true || redriven === true,
        `what is in flight is not delivered as new: the cursor goes back before ${seq}`,
      );
    for (const seq of this.account.settled)
      this.hold(seq < this.after.next, `acked is final, but the cursor goes back before ${seq}`);
  }

  /** The cursor passes a number. */
  private pass(seq: Seq): void {
    const { history, now } = this.around;
    const { queue, events } = this.after;
    const taken = history.at(queue, seq);
    const flight = this.is.get(seq);
    if (taken?.message === undefined) {
      const isOver = taken?.tombstone || history.mayBeGone(queue, seq, now);
      this.hold(isOver === true, `the cursor does not pass a hole: ${seq}`);
      return;
    }
    const { event } = taken.message;
    if (!isWanted(events, event, seq)) {
      // What died before a seek back stays dead.
      const isDelivered = flight !== undefined && !flight.redriven && !(flight.dead && this.was.get(seq)?.dead);
      this.hold(!isDelivered, `nothing unwanted is delivered: ${seq}`);
      this.count('passed over');
      return;
    }
    // A redriven one that retention took of the log is still delivered, from its dead letter.
    if (flight === undefined || (flight.redriven && flight.attempt === 0)) {
      this.hold(history.isExpired(queue, seq, now), `nothing is passed over that is wanted: ${seq}`);
      this.count('gone by retention');
      return;
    }
    this.hold(this.account.mayBeAsked(event, seq), `only what was asked for is delivered: ${seq}, ${event}`);
    this.hold(!this.account.settled.has(seq), `acked is final, but ${seq} is delivered`);
    this.hold(flight.attempt === 1, `a first delivery is attempt 1: ${seq}`);
    this.decide(flight);
    this.count('first delivery');
  }

  /** A flight ends. */
  private leave(flight: Flight): void {
    const { seq } = flight;
    const { queue, client, next, events } = this.after;
    const { history, now } = this.around;
    if (seq >= next && next < this.before.next) {
      this.hold(!flight.dead, `what is dead is not given back: ${seq}`);
      this.account.gaveBack(seq);
      return;
    }
    if (flight.acked) {
      this.settle(seq);
      this.count('acked after a redrive');
      return;
    }
    if (flight.dead) {
      const letter = this.around.letterOf(queue, client, seq);
      const known = history.at(queue, seq)?.message;
      this.hold(
        letter !== undefined || history.isExpired(queue, seq, now) || this.account.purged.has(seq),
        `what dies is kept as a dead letter: ${seq}`,
      );
      this.hold(letter === undefined || letter === known?.payload, `a dead letter keeps its payload: ${seq}`);
      this.settle(seq);
      this.count('dead letter');
      return;
    }
    if (this.account.isAckSent(seq)) {
      this.settle(seq);
      this.count('acked');
      return;
    }
    const event = history.at(queue, seq)?.message?.event;
    if (event !== undefined && !isWanted(events, event, seq)) {
      this.count('flight no longer wanted');
      return;
    }
    this.hold(history.isExpired(queue, seq, now), `nothing in flight is lost: ${seq}`);
    this.count('flight gone by retention');
  }

  /** What was redriven after the cursor was moved back before it is still to be delivered by the cursor. */
  private settle(seq: Seq): void {
    if (seq < this.after.next) this.account.settled.add(seq);
  }

  /** A flight goes on. */
  private stay(was: Flight, is: Flight): void {
    const { settings } = this.after;
    const { seq } = is;
    if (is.dead && !was.dead) {
      const isSpent = settings.maxDeliveries > 0 && was.attempt >= settings.maxDeliveries;
      const isAcked = is.acked === true && this.account.isAckSent(seq);
      this.hold(isAcked || isSpent || this.account.rejected.has(seq), `nothing dies before its time: ${seq}`);
      if (!isAcked) this.count(isSpent ? 'died of its attempts' : 'rejected');
    }
    if (was.dead && !is.dead) {
      const { history, now } = this.around;
      // After the cursor was moved back, it is delivered anew.
      const isAnew = seq >= this.before.next;
      const isGone = history.isExpired(this.after.queue, seq, now) && !was.acked;
      this.hold(isAnew || isGone, `what is dead stays dead: ${seq}`);
      if (!isAnew) this.count('gone before it was buried');
    }
    if (is.attempt > was.attempt) {
      this.hold(is.attempt === was.attempt + 1, `attempts are counted one by one: ${seq}`);
      this.hold(
        was.dueAt <= this.around.now + this.around.apart,
        `nothing is delivered again before it is due: ${seq}`,
      );
      this.hold(
        settings.maxDeliveries === 0 || is.attempt <= settings.maxDeliveries,
        `at most ${settings.maxDeliveries} deliveries: ${seq} has ${is.attempt}`,
      );
      this.decide(is);
      this.count(was.waiting ? 'redelivery after a nack' : 'redelivery');
    }
    if (is.attempt < was.attempt) {
      this.account.gaveBack(seq);
      this.count('attempt given back');
    }
    if (is.waiting && !was.waiting && !was.dead) this.count('nacked');
  }

  /** A flight of what the cursor had passed. */
  private comeBack(flight: Flight): void {
    const { queue, client, events } = this.after;
    const { seq } = flight;
    if (flight.redriven) {
      this.hold(this.around.letterOf(queue, client, seq) !== undefined, `only dead letters are redriven: ${seq}`);
      const event = this.around.history.at(queue, seq)?.message?.event;
      const isAsked = event !== undefined && isWanted(events, event, Infinity);
      this.hold(isAsked, `only what is subscribed to is redriven: ${seq}, ${event}`);
      this.account.settled.delete(seq);
      this.count('redriven');
      return;
    }
    this.hold(!this.account.settled.has(seq), `acked is final, but ${seq} is in flight again`);
    this.hold(
      this.around.history.isExpired(queue, seq, this.around.now),
      `nothing comes back but what is gone: ${seq}`,
    );
    this.count('gap given back');
  }

  private keepWindow(): void {
    const limit = this.after.settings.maxInFlight;
    const was = delivered(this.before);
    const is = delivered(this.after);
    this.hold(is <= Math.max(limit, was), `at most ${limit} in flight: ${is}`);
    if (is === limit) this.count('window full');
  }

  private decide(flight: Flight): void {
    this.account.decided.add(`${flight.seq}/${flight.attempt}`);
    this.around.decided(this.account, flight);
  }

  private hold(condition: boolean, promise: string): void {
    const { client, queue, version } = this.after;
    if (!condition) this.around.broken(`${promise} (${client} of ${queue}, version ${version})`);
  }

  private count(what: string): void {
    this.around.tally.add(what);
  }
}

export const isWanted = (events: Subscription['events'], event: EventName, seq: Seq): boolean =>
  events.some((one) => (one.event === event || one.event === '*') && one.since <= seq);

const delivered = ({ inFlight }: Subscription): number =>
  inFlight.filter((flight) => !flight.dead && !flight.waiting).length;
