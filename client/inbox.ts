import type { Connection } from './connection';
import { type Consumer, wants } from './consumer';
import { answerWithin } from './deadlines';
import { isHoldfastError } from './errors';
import { Intake } from './intake';
import { Keeper } from './keeper';
import { type Entry, Ledger } from './ledger';
import { type Message, messageOf, type Settlement } from './message';
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
  /** Messages came that no consumer of this program wants. */
  unclaimed(queue: string, event: string): void;
}

/** How long a program may take to subscribe after connecting before messages count as unclaimed. Milliseconds. */
const CLAIM_MS = 5_000;

/** All that this client has of one queue: messages from all its connections, put into order and handed out once. */
export class Inbox {
  private readonly ledger = new Ledger();
  private readonly intake: Intake;
  private readonly settler: Settler;
  private readonly keeper: Keeper;
  private readonly wishes = new Wishes();
  private readonly consumers = new Set<Consumer>();
  /** Messages that wait for a consumer, ascending by seq. */
  private held: Entry[] = [];
  private isSubscribed = false;
  /** As in `acksOf`. */
  private isWhole = false;
  /** The events that were already reported as unclaimed. */
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
        this.settler.forget(from);
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

  /** Makes the subscription on the server, or widens it. */
  async subscribe(options: SubscribeOptions): Promise<void> {
    const request = this.wishes.ask(this.queue, options);
    try {
      await this.ports.requests.ask(JSON.stringify(request), { signal: options.signal });
      this.wishes.granted(request);
      // With one delivery a message may die without being seen here, and come back by a redrive.
      if (this.wishes.known.maxDeliveries === 1) this.isWhole = false;
    } catch (error) {
      // After an abort, it may be granted all the same.
      if (isHoldfastError(error)) this.wishes.refused(request);
      throw error;
    }
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
    this.isWhole = this.wishes.known.maxDeliveries !== 1;
  }

  /** These events are left of the subscription; with none, it has ended. */
  unsubscribed({ events }: Pick<FrameOf<'unsubscribed'>, 'events'>): void {
    this.wishes.narrow(events);
    if (events.length > 0) return;
    this.isSubscribed = false;
    this.letGo();
    this.intake.reset();
  }

  /** The subscription has ended, and cannot be made again. */
  lost(error: unknown): void {
    this.unsubscribed({ events: [] });
    this.dismiss(error);
  }

  /** The cursor was moved by this client. */
  sought({ next }: FrameOf<'sought'>): void {
    this.letGo();
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
    // Ignore what an older connection of ours reports about acks that we sent on this one.
    if (connection !== this.ports.connection()) return;
    this.isWhole = false;
    for (const seq of seqs) {
      const entry = this.ledger.get(seq);
      if (entry?.stage === 'held') this.ledger.close(entry, 'elsewhere');
    }
    this.held = this.held.filter(({ stage }) => stage === 'held');
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

  /** Hands out no more messages; resolves when the handlers at work are done. */
  async finish(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.finish()));
  }

  /** The client has ended. */
  end(error: unknown): void {
    this.intake.stop();
    this.keeper.stop();
    this.settler.stop();
    this.cancelClaim?.();
    this.letGo();
    this.dismiss(error);
  }

  settle(entry: Entry, settlement: Settlement): void {
    if (!this.ledger.has(entry)) return;
    if (entry.stage === 'held') this.held = this.held.filter(({ seq }) => seq !== entry.seq);
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

  /** Hands out held messages, in order, to consumers that have room. */
  pump(): void {
    for (const consumer of this.consumers) {
      while (consumer.hasRoom()) {
        const message = this.next(consumer);
        if (message === undefined) break;
        consumer.take(message);
      }
    }
    if (this.consumers.size > 0 && !this.ledger.isEmpty) this.keeper.start();
  }

  /** Takes the next message for a consumer, which handles it from now on; undefined if none waits. */
  next(consumer: Consumer): Message | undefined {
    const entry = this.nextFor(consumer);
    const delivered = entry?.delivered;
    if (entry === undefined || delivered === undefined) return undefined;
    entry.stage = 'running';
    entry.delivered = undefined;
    entry.startedAt = this.ports.timers.now();
    return messageOf(this.queue, delivered, entry, this);
  }

  private nextFor(consumer: Consumer): Entry | undefined {
    if (consumer.events === undefined) return this.held.shift();
    const index = this.held.findIndex(({ event }) => wants(consumer, event));
    return index < 0 ? undefined : this.held.splice(index, 1)[0];
  }

  /** What is held is no longer owed, and what was settled may come again. */
  private letGo(): void {
    this.isWhole = false;
    this.ledger.restart();
    this.settler.forget();
    this.held = [];
  }

  private dismiss(error: unknown): void {
    for (const consumer of this.consumers) consumer.end(error);
    this.consumers.clear();
  }

  private get deadline(): number {
    return this.wishes.known.ackDeadline * 1000;
  }

  private accept(frame: FrameOf<'messages'>, connection: Connection): void {
    const now = this.ports.timers.now();
    const fresh = isFresh(frame);
    const deadline = this.deadline;
    const cameOver = [connection] as const;
    this.dropOverdue(now);
    for (const delivered of frame.messages) {
      const dueAt = now + answerWithin(deadline, delivered.attempt);
      const { verdict, entry } = this.ledger.note(delivered, cameOver, fresh, dueAt);
      if (delivered.attempt > 1 || (verdict === 'new' && !fresh)) this.isWhole = false;
      if (verdict === 'new') this.hold(entry);
      else if (verdict === 'again') this.repeat(entry);
    }
  }

  private hold(entry: Entry): void {
    const { seq, event } = entry;
    let index = this.held.length;
    while (index > 0 && (this.held[index - 1]?.seq ?? 0) > seq) index -= 1;
    if (index === this.held.length) this.held.push(entry);
    else this.held.splice(index, 0, entry);
    if (!this.isWanted(entry) && !this.unclaimed.has(event))
      this.cancelClaim ??= this.ports.timers.after(CLAIM_MS, () => this.tellUnclaimed());
  }

  private tellUnclaimed(): void {
    this.cancelClaim = undefined;
    for (const entry of this.held) {
      const { event } = entry;
      if (this.isWanted(entry) || this.unclaimed.has(event)) continue;
      this.unclaimed.add(event);
      this.ports.unclaimed(this.queue, event);
    }
  }

  /**
   * Drops messages that no consumer wants once their deadline has passed. If the server still owes one, it comes again.
   */
  private dropOverdue(now: number): void {
    for (const { events } of this.consumers) if (events === undefined) return;
    const overdue = this.held.filter((entry) => entry.dueAt < now && !this.isWanted(entry));
    if (overdue.length === 0) return;
    for (const entry of overdue) this.ledger.close(entry, 'elsewhere');
    this.isWhole = false;
    this.held = this.held.filter(({ stage }) => stage === 'held');
  }

  /** Repeats a settlement that was lost with a connection. */
  private repeat(entry: Entry): void {
    if (entry.stage === 'acked') this.settler.ack(entry);
    else this.settler.say(entry, { action: 'reject', reason: entry.reason });
  }

  private isWanted({ event }: { readonly event: string }): boolean {
    for (const consumer of this.consumers) if (wants(consumer, event)) return true;
    return false;
  }

  private limitOf({ event }: Entry): number {
    let limit = 0;
    for (const consumer of this.consumers) if (wants(consumer, event)) limit = Math.max(limit, consumer.maxExtension);
    return limit;
  }
}
