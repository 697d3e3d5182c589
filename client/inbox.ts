import type { Connection } from './connection';
import { type Consumer, wants } from './consumer';
import { answerWithin } from './deadlines';
import { Intake } from './intake';
import { Keeper } from './keeper';
import { type Entry, Ledger } from './ledger';
import { messageOf, type Settlement } from './message';
import type { SubscribeOptions } from './options';
import type { Requests } from './requests';
import { Settler } from './settler';
import { isFresh } from './thread';
import type { Timers } from './timers';
import type { FrameOf } from './wire';
import { type SubscribeRequest, Wishes } from './wishes';

/** What an inbox needs of its client. */
export interface InboxPorts {
  readonly timers: Timers;
  readonly requests: Requests;
  /** Milliseconds. */
  readonly ackDelay: number;
  /** The connection to send on. */
  connection(): Connection | undefined;
  /** Messages come that nobody here wants. */
  unclaimed(queue: string, event: string): void;
}

/** Who has just connected has so long to subscribe before its messages count as unclaimed. Milliseconds. */
const CLAIM_MS = 5_000;

/** All that this client has of one queue: messages from all its connections, put into order and handed out once. */
export class Inbox {
  private readonly ledger = new Ledger();
  private readonly intake: Intake;
  private readonly settler: Settler;
  private readonly keeper: Keeper;
  private readonly wishes = new Wishes();
  private readonly consumers = new Set<Consumer>();
  /** Ascending by seq. */
  private held: Entry[] = [];
  private isSubscribed = false;
  /** As in `acksOf`. */
  private isWhole = false;
  /** Events that it was told of that nobody here wants them. */
  private readonly unclaimed = new Set<string>();
  private cancelClaim: (() => void) | undefined;

  constructor(
    readonly queue: string,
    private readonly ports: InboxPorts,
  ) {
    this.intake = new Intake(ports.timers, {
      knows: (seq) => this.ledger.knows(seq),
      accept: (frames, connection) => {
        for (const frame of frames) this.accept(frame, connection);
        this.pump();
      },
      wentBack: (from) => {
        this.isWhole = false;
        this.ledger.goBack(from);
        this.settler.forget();
      },
      skipped: () => {
        this.isWhole = false;
      },
    });
    this.settler = new Settler(queue, {
      ...ports,
      settings: () => this.wishes.known,
      isWhole: () => this.isWhole,
      lowestOpen: () => this.ledger.lowest(),
    });
    this.keeper = new Keeper(ports.timers, {
      deadline: () => this.deadline,
      entries: () => (this.consumers.size > 0 ? this.ledger.entries() : []),
      isWanted: (entry) => this.isWanted(entry),
      limitOf: (entry) => this.limitOf(entry),
      extend: (entries) => this.settler.extend(entries, this.wishes.known.ackDeadline),
    });
  }

  /** Someone here subscribes. */
  wish(options: SubscribeOptions): SubscribeRequest {
    return this.wishes.add(this.queue, options);
  }

  /** The request that makes the subscription anew, should it have ended; undefined if nobody here wants it. */
  resubscription(): SubscribeRequest | undefined {
    if (!this.isSubscribed || this.consumers.size === 0) return undefined;
    this.isWhole = false;
    return this.wishes.again(this.queue, this.intake.position);
  }

  add(consumer: Consumer): void {
    this.consumers.add(consumer);
    this.pump();
  }

  remove(consumer: Consumer): void {
    this.consumers.delete(consumer);
  }

  /** The subscription was made, or was there. */
  subscribed({ created, next }: FrameOf<'subscribed'>): void {
    const isFirst = !this.isSubscribed && this.intake.position === undefined;
    this.isSubscribed = true;
    if (!created || !isFirst) return;
    this.intake.beginAt(next);
    // A message that dies of its first delivery leaves no trace here, and may come back by a redrive.
    this.isWhole = this.wishes.known.maxDeliveries !== 1;
  }

  /** The cursor was moved by this client. */
  sought({ next }: FrameOf<'sought'>): void {
    this.isWhole = false;
    this.ledger.restart();
    this.settler.forget();
    this.held = [];
    this.intake.moveTo(next);
  }

  received(frame: FrameOf<'messages'>, connection: Connection): void {
    if (isFresh(frame)) this.intake.receive(frame, connection);
    else {
      this.accept(frame, connection);
      this.pump();
    }
  }

  /** Another connection of this client settled these. */
  settledElsewhere({ seqs }: FrameOf<'settled'>, connection: Connection): void {
    // What one of our own connections is told of what we said on another is not news.
    if (connection !== this.ports.connection()) return;
    this.isWhole = false;
    for (const seq of seqs) {
      const entry = this.ledger.get(seq);
      if (entry?.stage === 'held') this.ledger.close(entry, 'elsewhere');
    }
    this.held = this.held.filter((entry) => this.ledger.has(entry));
  }

  /** There is a connection to send on. */
  opened(): void {
    this.settler.send();
  }

  /** A connection is no more. */
  ended(connection: Connection): void {
    this.intake.forget(connection);
  }

  /** Resolves when the server has stored all acks. */
  flush(signal?: AbortSignal): Promise<void> {
    return this.settler.flush(signal);
  }

  /** Hands out nothing any more; resolves when the handlers that are at work are done. */
  async finish(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.finish()));
  }

  /** Nothing comes any more. */
  end(error: unknown): void {
    this.intake.stop();
    this.keeper.stop();
    this.settler.stop();
    this.cancelClaim?.();
    for (const consumer of this.consumers) consumer.end(error);
    this.consumers.clear();
  }

  settle(entry: Entry, settlement: Settlement): void {
    if (!this.ledger.has(entry)) return;
    if (entry.stage === 'held') this.held = this.held.filter((other) => other !== entry);
    if (settlement.action === 'ack') {
      this.ledger.close(entry, 'acked');
      this.settler.ack(entry);
    } else {
      this.isWhole = false;
      entry.reason = settlement.reason;
      this.ledger.close(entry, settlement.action === 'nack' ? 'nacked' : 'rejected');
      this.settler.say(entry, settlement);
    }
  }

  extend(entry: Entry, seconds: number): void {
    this.settler.extend([entry], seconds);
  }

  /** Hands out what there is to those who have room, in order. */
  pump(): void {
    for (const consumer of this.consumers) {
      while (consumer.hasRoom()) {
        const index = this.held.findIndex(({ delivered }) => wants(consumer, delivered.event));
        const [entry] = index < 0 ? [] : this.held.splice(index, 1);
        if (entry === undefined) break;
        entry.stage = 'running';
        entry.startedAt = this.ports.timers.now();
        consumer.take(messageOf(this.queue, entry, this));
      }
    }
    if (this.consumers.size > 0 && !this.ledger.isEmpty) this.keeper.start();
  }

  private get deadline(): number {
    return this.wishes.known.ackDeadline * 1000;
  }

  private accept(frame: FrameOf<'messages'>, connection: Connection): void {
    const now = this.ports.timers.now();
    const fresh = isFresh(frame);
    this.dropOverdue(now);
    for (const delivered of frame.messages) {
      const dueAt = now + answerWithin(this.deadline, delivered.attempt);
      const { verdict, entry } = this.ledger.note(delivered, connection, fresh, dueAt);
      if (delivered.attempt > 1 || (verdict === 'new' && !fresh)) this.isWhole = false;
      if (verdict === 'new') this.hold(entry);
      else if (verdict === 'again') this.repeat(entry);
    }
  }

  private hold(entry: Entry): void {
    const { seq, event } = entry.delivered;
    let index = this.held.length;
    while (index > 0 && (this.held[index - 1]?.delivered.seq ?? 0) > seq) index -= 1;
    this.held.splice(index, 0, entry);
    if (!this.isWanted(entry) && !this.unclaimed.has(event))
      this.cancelClaim ??= this.ports.timers.after(CLAIM_MS, () => this.tellUnclaimed());
  }

  private tellUnclaimed(): void {
    this.cancelClaim = undefined;
    for (const entry of this.held) {
      const { event } = entry.delivered;
      if (this.isWanted(entry) || this.unclaimed.has(event)) continue;
      this.unclaimed.add(event);
      this.ports.unclaimed(this.queue, event);
    }
  }

  /** What nobody here wants is let go of when the server takes it back: should it still be owed, it comes again. */
  private dropOverdue(now: number): void {
    const overdue = this.held.filter((entry) => entry.dueAt < now && !this.isWanted(entry));
    if (overdue.length === 0) return;
    this.isWhole = false;
    for (const entry of overdue) this.ledger.close(entry, 'elsewhere');
    this.held = this.held.filter((entry) => this.ledger.has(entry));
  }

  /** Its settlement was lost with a connection. */
  private repeat(entry: Entry): void {
    if (entry.stage === 'acked') this.settler.ack(entry);
    else this.settler.say(entry, { action: 'reject', reason: entry.reason });
  }

  private isWanted({ delivered }: Entry): boolean {
    for (const consumer of this.consumers) if (wants(consumer, delivered.event)) return true;
    return false;
  }

  private limitOf({ delivered }: Entry): number {
    let limit = 0;
    for (const consumer of this.consumers)
      if (wants(consumer, delivered.event)) limit = Math.max(limit, consumer.maxExtension);
    return limit;
  }
}
