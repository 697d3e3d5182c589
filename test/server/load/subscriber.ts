import { type Frame, isOf, type Messages, type Welcome } from '../../conformance/frames';
import { pause } from '../../conformance/patience';
import type { Account, Ledger } from './ledger';
import { isGap, Line, unlessLost } from './line';
import type { Random } from './random';

const SETTINGS = { ackDeadline: 1, maxDeliveries: 0, maxInFlight: 200 };

/** Settles what it gets in one way or another, or not at all; comes and goes. */
export class Subscriber {
  /** From now on it acks all it gets. */
  isDiligent = false;
  /** Where the last first delivery of this connection ended, by queue. */
  private joints = new Map<string, number>();
  private readonly accounts: readonly Account[];

  /** @param from where its subscriptions begin. */
  constructor(
    private readonly name: string,
    queues: readonly string[],
    events: readonly string[] | undefined,
    private readonly ledger: Ledger,
    private readonly random: Random,
    private readonly from: 'new' | 'earliest' = 'new',
  ) {
    this.accounts = queues.map((queue) => ledger.account(name, queue, events));
  }

  get isSubscribed(): boolean {
    return this.accounts.every(({ next }) => next !== undefined);
  }

  /** Is there, but for absences of its own choice, until the server is gone. */
  async run(url: string): Promise<void> {
    try {
      for (;;) {
        const line = await this.attend(url);
        const leaves = !this.isDiligent && this.random.chance(0.5);
        if (leaves) setTimeout(() => line.hangUp(), this.random.between(20, 400)).unref();
        await line.over;
        if (!leaves) return;
        await pause(this.random.between(5, 100));
      }
    } catch (error) {
      unlessLost(error);
    }
  }

  private async attend(url: string): Promise<Line> {
    this.joints = new Map();
    const line = await Line.open(url, this.name, (frame, from) => this.hear(frame, from));
    for (const account of this.accounts) {
      if (account.next !== undefined) continue;
      const { queue, events = ['*'] } = account;
      const answer = await line.ask({ action: 'subscribe', queue, events, from: this.from, ...SETTINGS });
      account.next = answer.next;
      // Otherwise a subscribe before was stored and not answered, and it began then.
      if (answer.created) account.first = answer.next;
    }
    return line;
  }

  private hear(frame: Frame, line: Line): void {
    if (isOf('welcome', frame)) this.checkWelcome(frame);
    else if (isOf('messages', frame)) this.take(frame, line);
    else if (isOf('error', frame) || isGap(frame)) this.ledger.broken.push(`${this.name}: ${JSON.stringify(frame)}`);
  }

  private checkWelcome({ subscriptions }: Welcome): void {
    for (const { queue, next } of this.accounts)
      if (next !== undefined && !subscriptions.some((subscription) => subscription.queue === queue))
        this.ledger.broken.push(`${this.name} is not subscribed to ${queue} any more`);
  }

  private take(frame: Messages, line: Line): void {
    const account = this.accounts.find(({ queue }) => queue === frame.queue);
    if (account === undefined) return void this.ledger.broken.push(`${this.name} never wanted ${frame.queue}`);
    this.checkJoint(frame);
    const plans = new Map<string, number[]>();
    for (const message of frame.messages) {
      this.ledger.delivered(account, message);
      const plan = this.plan();
      plans.set(plan, [...(plans.get(plan) ?? []), message.seq]);
    }
    for (const [plan, seqs] of plans) this.settle(account, line, plan, seqs).catch(unlessLost);
  }

  /** Frames of first deliveries join up within a connection, and hold what they cover, in order. */
  private checkJoint({ queue, from, next, messages }: Messages): void {
    if (from === undefined || next === undefined) return;
    const last = this.joints.get(queue) ?? from;
    const seqs = [from - 1, ...messages.map(({ seq }) => seq), next];
    if (last !== from || seqs.some((seq, index) => index > 0 && seq <= (seqs[index - 1] ?? seq)))
      this.ledger.broken.push(`${this.name} got ${queue} ${seqs.slice(1, -1)} from ${from} to ${next} after ${last}`);
    this.joints.set(queue, next);
  }

  private plan(): string {
    if (this.isDiligent) return 'ack';
    const chance = this.random.next();
    if (chance < 0.7) return 'ack';
    if (chance < 0.8) return 'ack unasked';
    if (chance < 0.87) return 'nack';
    if (chance < 0.9) return 'reject';
    return 'nothing';
  }

  private async settle(account: Account, line: Line, plan: string, seqs: number[]): Promise<void> {
    const { queue } = account;
    if (plan === 'ack') {
      await line.ask({ action: 'ack', queue, seqs });
      for (const seq of seqs) account.settled.add(seq);
    } else if (plan === 'reject') {
      const { settled } = await line.ask({ action: 'reject', queue, seqs });
      for (const seq of seqs) {
        account.settled.add(seq);
        // One that was delivered twice may be acked already.
        if (settled === seqs.length) account.rejected.add(seq);
      }
    } else if (plan === 'ack unasked') line.send({ action: 'ack', queue, seqs });
    else if (plan === 'nack') line.send({ action: 'nack', queue, seqs, delay: this.random.between(0, 1) });
  }
}
