import type { Connection } from './connection';
import { type Consumer, wants } from './consumer';
import { needingTime, SHARES } from './deadlines';
import { type Entry, Ledger } from './ledger';
import { messageOf, type Settlement } from './message';
import type { Requests } from './requests';
import { Settler } from './settler';
import { type Fresh, isFresh, Thread } from './thread';
import type { Timers } from './timers';
import type { FrameOf, Request } from './wire';

/** What an inbox needs of its client. */
export interface InboxPorts {
  readonly timers: Timers;
  readonly requests: Requests;
  readonly ackDelay: number;
  connection(): Connection | undefined;
  /** Messages came that nobody here wants. */
  unclaimed(queue: string, event: string): void;
}

/** The settings of a subscription that the client goes by. */
export interface Settings {
  /** Seconds. */
  ackDeadline: number;
  maxDeliveries: number;
  maxInFlight: number;
}

/** What a consumer asks of the subscription. */
type Wish = { [Name in keyof Settings]?: number | undefined } & { readonly events?: readonly string[] | undefined };

/** A frame that was overtaken is waited for so long. Milliseconds. */
const JOIN_MS = 1_000;

/** All that this client has of one queue: messages from all its connections, put into order and handed out once. */
export class Inbox {
  /** As far as they are known: those that were never named are the server's defaults. */
  readonly settings: Settings = { ackDeadline: 30, maxDeliveries: 5, maxInFlight: 100 };
  private named: Partial<Settings> = {};
  private events: Set<string> | undefined = new Set();
  private readonly ledger = new Ledger();
  private readonly settler: Settler;
  private readonly consumers = new Set<Consumer>();
  private readonly threads = new Map<Connection, Thread>();
  /** Ascending by seq. */
  private held: Entry[] = [];
  private next: number | undefined;
  /** As in {@link acksOf}. */
  private whole = false;
  private readonly told = new Set<string>();
  private cancelJoin: (() => void) | undefined;
  private cancelKeeping: (() => void) | undefined;

  constructor(
    readonly queue: string,
    private readonly ports: InboxPorts,
  ) {
    this.settler = new Settler(queue, {
      ...ports,
      connection: () => ports.connection(),
      settings: () => this.settings,
      isWhole: () => this.whole,
      lowestOpen: () => this.ledger.lowest(),
    });
  }

  /** Where first deliveries have come to; undefined before the first. */
  get position(): number | undefined {
    return this.next;
  }

  get hasConsumers(): boolean {
    return this.consumers.size > 0;
  }

  add(consumer: Consumer): void {
    this.consumers.add(consumer);
    this.pump();
  }

  remove(consumer: Consumer): void {
    this.consumers.delete(consumer);
  }

  /** No consumer will get anything any more. */
  end(error: unknown): void {
    this.cancelJoin?.();
    this.cancelKeeping?.();
    for (const consumer of this.consumers) consumer.end(error);
    this.consumers.clear();
  }

  /** Someone here subscribes so: it is remembered, should the subscription have to be made anew. */
  wants({ events, ...settings }: Wish): void {
    if (events === undefined || events.includes('*')) this.events = undefined;
    else if (this.events !== undefined) for (const event of events) this.events.add(event);
    for (const name of ['ackDeadline', 'maxDeliveries', 'maxInFlight'] as const) {
      const value = settings[name];
      if (value !== undefined) this.settings[name] = this.named[name] = value;
    }
  }

  /** Makes the subscription again after it ended: from where this client has come to. */
  resubscription(): Extract<Request, { action: 'subscribe' }> | undefined {
    if (this.consumers.size === 0 || this.next === undefined) return undefined;
    this.whole = false;
    const { queue, next, events, named } = this;
    return { action: 'subscribe', queue, ...named, ...(events ? { events: [...events] } : {}), from: { seq: next } };
  }

  /** The subscription was made, or was there. */
  subscribed({ created, next }: FrameOf<'subscribed'>): void {
    if (!created || this.next !== undefined) return;
    this.next = next;
    this.whole = this.settings.maxDeliveries !== 1;
  }

  /** The cursor was moved by this client. */
  sought(next: number): void {
    this.restart();
    this.next = next;
    for (const [connection, thread] of this.threads) this.accept(thread.moveTo(next), connection);
    this.pump();
  }

  received(frame: FrameOf<'messages'>, connection: Connection): void {
    if (isFresh(frame)) this.join(frame, connection);
    else {
      this.whole = false;
      this.accept([frame], connection);
    }
    this.pump();
  }

  /** Another connection of this client settled these. */
  settledElsewhere(seqs: readonly number[], connection: Connection): void {
    // What one of our own connections hears of the other is not news.
    if (connection !== this.ports.connection()) return;
    this.whole = false;
    for (const seq of seqs) {
      const entry = this.ledger.get(seq);
      if (entry?.stage === 'held') this.ledger.close(entry, 'elsewhere');
    }
    this.held = this.held.filter((entry) => this.ledger.has(entry));
  }

  opened(): void {
    this.settler.send();
  }

  ended(connection: Connection): void {
    this.threads.delete(connection);
  }

  flush(signal?: AbortSignal): Promise<void> {
    return this.settler.flush(signal);
  }

  settle(entry: Entry, settlement: Settlement): void {
    if (!this.ledger.has(entry)) return;
    if (entry.stage === 'held') this.held = this.held.filter((other) => other !== entry);
    if (settlement.action === 'ack') {
      this.ledger.close(entry, 'acked');
      this.settler.ack(entry);
    } else {
      this.whole = false;
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
    this.keep();
  }

  private join(frame: Fresh, connection: Connection): void {
    let thread = this.threads.get(connection);
    if (thread === undefined) {
      thread = new Thread(this.next);
      this.threads.set(connection, thread);
    }
    const { frames, restarted } = thread.join(frame, (seq) => this.ledger.knows(seq));
    if (restarted) this.restart();
    this.accept(frames, connection);
    if (thread.isWaiting) this.cancelJoin ??= this.ports.timers.after(JOIN_MS, () => this.skip());
  }

  /** What was overtaken has not come in time: it will come by its deadline. */
  private skip(): void {
    this.cancelJoin = undefined;
    this.whole = false;
    for (const [connection, thread] of this.threads) this.accept(thread.skip(), connection);
    this.pump();
  }

  private restart(): void {
    this.whole = false;
    this.ledger.restart();
    this.held = [];
    this.next = undefined;
  }

  private accept(frames: readonly FrameOf<'messages'>[], connection: Connection): void {
    const now = this.ports.timers.now();
    for (const frame of frames) {
      const fresh = isFresh(frame);
      for (const delivered of frame.messages) {
        const dueAt = now + this.settings.ackDeadline * 1000 * 2 ** (delivered.attempt - 1);
        const { verdict, entry } = this.ledger.note(delivered, connection, fresh, dueAt);
        if (verdict === 'new') this.hold(entry);
        else if (verdict === 'again') this.repeat(entry);
      }
      if (isFresh(frame)) this.next = Math.max(this.next ?? 0, frame.next);
    }
  }

  private hold(entry: Entry): void {
    const { seq, event } = entry.delivered;
    let index = this.held.length;
    while (index > 0 && (this.held[index - 1]?.delivered.seq ?? 0) > seq) index -= 1;
    this.held.splice(index, 0, entry);
    if (this.isWanted(entry) || this.told.has(event)) return;
    // Given the time of a turn, for who has just connected has not subscribed yet.
    this.told.add(event);
    this.ports.timers.after(JOIN_MS, () => {
      if (this.isWanted(entry) || !this.ledger.has(entry)) this.told.delete(event);
      else this.ports.unclaimed(this.queue, event);
    });
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

  /** Sees to the deadlines of what is here, as long as something is. */
  private keep(): void {
    if (this.cancelKeeping !== undefined || this.ledger.isEmpty || this.consumers.size === 0) return;
    const { timers } = this.ports;
    const deadline = this.settings.ackDeadline * 1000;
    this.cancelKeeping = timers.after(deadline / SHARES, () => {
      this.cancelKeeping = undefined;
      const entries = needingTime(this.ledger.entries(), timers.now(), {
        deadline,
        isWanted: (entry) => this.isWanted(entry),
        limitOf: (entry) => this.limitOf(entry),
      });
      if (entries.length > 0) this.settler.extend(entries, this.settings.ackDeadline);
      this.keep();
    });
  }

  private limitOf({ delivered }: Entry): number {
    let limit = 0;
    for (const consumer of this.consumers)
      if (wants(consumer, delivered.event)) limit = Math.max(limit, consumer.maxExtension);
    return limit;
  }
}
