import { type Advance, advance, dueSeqs } from '../../../broker/decide/advance';
import { attach, catchUp, detach } from '../../../broker/decide/attach';
import { giveBack } from '../../../broker/decide/giveBack';
import { wants } from '../../../broker/decide/interest';
import { ack, extend, nack, reject, type Settlement } from '../../../broker/decide/settle';
import type { Seq } from '../../../broker/model/names';
import type { Subscription } from '../../../broker/model/subscription';
import { ModelLog } from './modelLog';
import { attached, NOW, SECOND } from './samples';

const PATIENCE = 1_000;

/** As `expect`, which takes too long where it is asked millions of times. */
function hold(condition: boolean, promise: string): void {
  if (!condition) throw new Error(`broken: ${promise}`);
}

/**
 * A subscription that lives through whatever happens to it, beside the plainest account of what its client was told.
 * Each step expects of the decisions what must hold at any time.
 */
export class Life {
  now = NOW;
  readonly log: ModelLog;
  /** Acked, or buried. */
  readonly settled = new Set<Seq>();
  /** Told to be gone. */
  readonly gone = new Set<Seq>();
  /** Delivered in a frame of first deliveries. */
  readonly met = new Set<Seq>();
  /** Where the last frame of first deliveries ended. */
  private joint: Seq;

  constructor(
    public subscription: Subscription,
    retention: number,
    private readonly page: number,
  ) {
    this.log = new ModelLog(retention);
    this.joint = subscription.covered;
  }

  /** Advances as long as there is more, as a wake-up does; nobody takes what it decides if `refused`. */
  deliver(random: number, refused = false): void {
    for (let steps = 0; steps < PATIENCE; steps++) {
      const before = this.subscription;
      const reading = {
        ...this.log.read(before.next, this.page, dueSeqs(before, this.now), this.now),
        ...this.log.since(before.next, this.now),
      };
      const step = advance(before, reading, this.now, random);
      hold(before.connections.length > 0 || step.subscription === before, 'nothing happens while nobody is connected');
      for (const hole of step.holes) {
        hold(this.log.takenAt(hole.seq) + 30 * SECOND <= this.now, 'a publisher has 30 s to write');
        this.log.fill(hole);
      }
      if (step.holes.length > 0) continue;
      // A gap is told before the state that has passed it is stored.
      if (refused && step.gaps.length > 0) return;
      this.subscription = step.subscription;
      if (refused) {
        this.takeBack(before, step);
        return;
      }
      this.tell(step);
      if (!step.more) return;
    }
    throw new Error('the advances come to no end');
  }

  settle(action: 'ack' | 'nack' | 'reject' | 'extend', seqs: readonly Seq[], ms: number): void {
    const settlement = this.decide(action, seqs, ms);
    const held = new Set(this.subscription.inFlight.filter(({ dead }) => !dead).map(({ seq }) => seq));
    hold(
      settlement.seqs.every((seq) => held.has(seq) && seqs.includes(seq)),
      'only what is named and in flight is settled',
    );
    this.subscription = settlement.subscription;
    if (action === 'ack') for (const seq of settlement.seqs) this.settled.add(seq);
  }

  /** Buries what is dead. */
  bury(): void {
    const isDead = ({ dead }: { dead?: true }) => dead === true;
    for (const { seq } of this.subscription.inFlight.filter(isDead)) this.settled.add(seq);
    this.subscription = { ...this.subscription, inFlight: this.subscription.inFlight.filter((one) => !isDead(one)) };
  }

  connect(): void {
    this.subscription = attach(this.subscription, attached('first', this.now), this.now, Infinity).subscription;
  }

  disconnect(): void {
    for (const { connection } of this.subscription.connections)
      this.subscription = detach(this.subscription, connection, Infinity);
  }

  catchUp(): void {
    if (this.subscription.connections.length > 0) this.subscription = catchUp(this.subscription, this.now).subscription;
  }

  /** Expects of the state what must hold between any two steps. */
  check(): void {
    const { inFlight, next, covered, settings, events } = this.subscription;
    const seqs = inFlight.map(({ seq }) => seq);
    hold(isAscending(seqs), 'flights are ascending and unique');
    hold(covered <= next, 'no frame covers what is not decided');
    const alive = inFlight.filter(({ dead }) => !dead);
    hold(alive.filter(({ waiting }) => !waiting).length <= settings.maxInFlight, 'the window is never exceeded');
    hold(alive.length <= 2 * settings.maxInFlight, 'as many more may wait');
    const most = settings.maxDeliveries === 0 ? Infinity : settings.maxDeliveries;
    hold(
      inFlight.every(({ attempt }) => attempt <= most),
      'no message has more than its deliveries',
    );
    const held = new Set(seqs);
    for (let seq = 1; seq <= this.log.head; seq++) {
      const message = this.log.message(seq);
      hold(seq >= next || this.gone.has(seq) || this.log.isWritten(seq), `the cursor does not pass ${seq}, a hole`);
      if (message === undefined || !wants(events, message.event, seq)) continue;
      const isGone = this.gone.has(seq) && seq < next;
      const places = [seq >= next, held.has(seq), this.settled.has(seq), isGone];
      hold(places.filter(Boolean).length === 1, `${seq} is backlog, in flight, settled or gone: ${places}`);
    }
  }

  private decide(action: 'ack' | 'nack' | 'reject' | 'extend', seqs: readonly Seq[], ms: number): Settlement {
    const { subscription, now } = this;
    if (action === 'ack') return ack(subscription, { seqs }, now);
    if (action === 'nack') return nack(subscription, { seqs }, now, 0.5, { delay: ms });
    return action === 'reject' ? reject(subscription, { seqs }, now) : extend(subscription, { seqs }, now, ms);
  }

  private tell({ gaps, redeliveries, fresh }: Advance): void {
    for (const { from, to } of gaps)
      for (let seq = from; seq <= to; seq++) {
        hold(!this.settled.has(seq), 'what was settled is not called gone');
        hold(!this.log.isWritten(seq) || this.log.isExpired(seq, this.now), 'what is retained is not called gone');
        this.gone.add(seq);
      }
    for (const { message, attempt } of redeliveries) {
      hold(!this.settled.has(message.seq), 'what was settled is not delivered again');
      hold(attempt > 1 && this.met.has(message.seq), 'a redelivery is a further attempt');
    }
    if (fresh === undefined) return;
    hold(fresh.from === this.joint, 'each frame of first deliveries begins where the one before ended');
    this.joint = fresh.next;
    hold(isAscending(fresh.deliveries.map(({ message }) => message.seq)), 'first deliveries are in order');
    for (const { message, attempt } of fresh.deliveries) {
      hold(message.seq >= fresh.from && message.seq < fresh.next, 'a frame covers what it holds');
      hold(attempt === 1 && !this.met.has(message.seq), 'a first delivery is made once');
      this.met.add(message.seq);
    }
  }

  private takeBack(before: Subscription, { subscription, redeliveries, fresh }: Advance): void {
    const delivered = [...redeliveries, ...(fresh?.deliveries ?? [])];
    const refused = {
      ...(fresh ? { back: { next: Math.max(before.next, fresh.from), covered: fresh.from } } : {}),
      next: subscription.next,
      seqs: delivered.map(({ message }) => message.seq),
    };
    this.subscription = giveBack(subscription, refused, this.now);
    const { covered, next, inFlight } = this.subscription;
    hold(covered === before.covered, 'the next frame begins where the last that arrived ended');
    hold(fresh === undefined || next === before.next, 'the cursor goes back');
    const attempts = new Map(inFlight.map(({ seq, attempt }) => [seq, attempt]));
    for (const { message, attempt } of redeliveries)
      hold(attempts.get(message.seq) === attempt - 1, 'a refused redelivery counts no attempt');
    for (const { message } of fresh?.deliveries ?? []) hold(!attempts.has(message.seq), 'a refused first is backlog');
  }
}

const isAscending = (seqs: readonly Seq[]): boolean =>
  seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? 0));
