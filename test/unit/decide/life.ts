import { type Advance, advance, dueSeqs } from '../../../broker/decide/advance';
import { attach, catchUp, detach } from '../../../broker/decide/attach';
import { giveBack } from '../../../broker/decide/giveBack';
import { wants } from '../../../broker/decide/interest';
import { ack, extend, nack, reject, type Settlement } from '../../../broker/decide/settle';
import type { Seq } from '../../../broker/model/names';
import type { Subscription } from '../../../broker/model/subscription';
import { ModelLog } from './modelLog';
import { attached, NOW } from './samples';

const PATIENCE = 1_000;

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
      const reading = this.log.read(before.next, this.page, dueSeqs(before, this.now), this.now);
      const step = advance(before, reading, this.now, random);
      if (before.connections.length === 0) expect(step.subscription).toBe(before);
      for (const hole of step.holes) {
        expect(this.log.message(hole.seq)).toEqual(
          this.log.isExpired(hole.seq, this.now) ? expect.anything() : undefined,
        );
        this.log.fill(hole);
      }
      if (step.holes.length > 0) continue;
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
    expect(settlement.seqs.every((seq) => held.has(seq) && seqs.includes(seq))).toBe(true);
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
    if (this.subscription.connections.length > 0) this.subscription = catchUp(this.subscription, this.now);
  }

  /** Expects of the state what must hold between any two steps. */
  check(): void {
    const { inFlight, next, covered, settings, events } = this.subscription;
    const seqs = inFlight.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(covered).toBeLessThanOrEqual(next);
    const alive = inFlight.filter(({ dead }) => !dead);
    expect(alive.filter(({ waiting }) => !waiting).length).toBeLessThanOrEqual(settings.maxInFlight);
    expect(alive.length).toBeLessThanOrEqual(2 * settings.maxInFlight);
    if (settings.maxDeliveries > 0)
      for (const { attempt } of inFlight) expect(attempt).toBeLessThanOrEqual(settings.maxDeliveries);
    const held = new Set(seqs);
    for (let seq = 1; seq <= this.log.head; seq++) {
      const message = this.log.message(seq);
      if (seq < next && !this.gone.has(seq) && !this.log.isWritten(seq)) throw new Error(`the cursor passed ${seq}`);
      if (message === undefined || !wants(events, message.event, seq)) continue;
      const places = [seq >= next, held.has(seq), this.settled.has(seq), this.gone.has(seq)];
      if (places.filter(Boolean).length !== 1) throw new Error(`${seq} is in not one place: ${places}`);
    }
  }

  private decide(action: 'ack' | 'nack' | 'reject' | 'extend', seqs: readonly Seq[], ms: number): Settlement {
    const { subscription, now } = this;
    if (action === 'ack') return ack(subscription, { seqs });
    if (action === 'nack') return nack(subscription, { seqs }, now, 0.5, { delay: ms });
    return action === 'reject' ? reject(subscription, { seqs }, now) : extend(subscription, { seqs }, now, ms);
  }

  private tell({ gaps, redeliveries, fresh }: Advance): void {
    for (const { from, to } of gaps)
      for (let seq = from; seq <= to; seq++) {
        expect(this.settled.has(seq)).toBe(false);
        expect(!this.log.isWritten(seq) || this.log.isExpired(seq, this.now)).toBe(true);
        this.gone.add(seq);
      }
    for (const { message, attempt } of redeliveries) {
      expect(this.settled.has(message.seq)).toBe(false);
      expect(attempt).toBeGreaterThan(1);
    }
    if (fresh === undefined) return;
    expect(fresh.from).toBe(this.joint);
    this.joint = fresh.next;
    const seqs = fresh.deliveries.map(({ message }) => message.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    for (const { message, attempt } of fresh.deliveries) {
      expect(attempt).toBe(1);
      expect(message.seq).toBeGreaterThanOrEqual(fresh.from);
      expect(message.seq).toBeLessThan(fresh.next);
      expect(this.met.has(message.seq)).toBe(false);
      this.met.add(message.seq);
    }
  }

  private takeBack(before: Subscription, { subscription, gaps, redeliveries, fresh }: Advance): void {
    const ahead = gaps.filter(({ from }) => from >= before.next);
    const froms = [...ahead.map(({ from }) => from), ...(fresh ? [fresh.from] : [])];
    const delivered = [...redeliveries, ...(fresh?.deliveries ?? [])];
    const back = giveBack(
      subscription,
      {
        ...(froms.length > 0 ? { from: Math.min(...froms) } : {}),
        next: subscription.next,
        seqs: delivered.map(({ message }) => message.seq),
        gone: gaps.filter(({ from }) => from < before.next).map(({ from }) => from),
      },
      this.now,
    );
    this.subscription = back;
    expect(back.covered).toBe(before.covered);
    expect(back.next).toBeLessThanOrEqual(froms.length > 0 ? before.next : subscription.next);
    const attempts = (of: Subscription) => new Map(of.inFlight.map(({ seq, attempt }) => [seq, attempt]));
    const [were, are] = [attempts(before), attempts(back)];
    for (const { message } of redeliveries) expect(are.get(message.seq)).toBe(were.get(message.seq));
    for (const { message } of fresh?.deliveries ?? []) expect(are.has(message.seq)).toBe(false);
  }
}
