import type { Delivered, Entry } from './ledger';

/** How a message is to be delivered again. */
export interface NackOptions {
  /** Whole seconds, 0 to 900; left out: the server's back-off, which grows with each attempt. */
  readonly delay?: number | undefined;
  /** Kept for the dead letter it may become. */
  readonly reason?: string | undefined;
}

/**
 * A message that was delivered to this client. It is settled once: by `ack`, `nack` or `reject`, or for you when the
 * loop or the handler is done with it. Settling it again does nothing.
 */
export interface Message<Event extends string = string, Payload = unknown> {
  readonly queue: string;
  /** Its number in the queue: 1, 2, 3 … */
  readonly seq: number;
  /** The publisher's mark; the same at every delivery. */
  readonly id: string;
  readonly event: Event;
  readonly payload: Payload;
  readonly headers: Readonly<Record<string, string>>;
  /** The client id of who published it. */
  readonly publisher: string;
  readonly publishedAt: Date;
  /** 1 at the first delivery to this subscription, then 2, 3 … */
  readonly attempt: number;
  /** Whether it was settled here. */
  readonly isSettled: boolean;
  /** It was processed: never again. Sent with others, a moment later. */
  ack(): void;
  /** Not now: deliver it again later. After the last attempt it becomes a dead letter. */
  nack(options?: NackOptions): void;
  /** Never: to the dead letters. */
  reject(reason?: string): void;
  /**
   * Still at it: the server waits so long from now on.
   *
   * @param seconds 1 to 900, whole.
   * @throws InvalidRequest it is another number.
   */
  extend(seconds: number): void;
}

/** How a message can be settled. */
export type Settlement =
  | { readonly action: 'ack' }
  | ({ readonly action: 'nack' } & NackOptions)
  | { readonly action: 'reject'; readonly reason?: string | undefined };

/** The receiver of settlements of a message. */
export interface Settling {
  settle(entry: Entry, settlement: Settlement): void;
  extend(entry: Entry, seconds: number): void;
}

/** Makes the message of a delivery. */
export const messageOf = (queue: string, delivered: Delivered, entry: Entry, settling: Settling): Message =>
  new HandedMessage(queue, delivered, entry, settling);

const ACK: Settlement = { action: 'ack' };

/** A class, since there are many: the methods are made once. */
class HandedMessage implements Message {
  readonly seq: number;
  readonly id: string;
  readonly event: string;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly publisher: string;
  #publishedAt: string | Date;
  readonly #entry: Entry;
  readonly #settling: Settling;

  constructor(
    readonly queue: string,
    delivered: Delivered,
    entry: Entry,
    settling: Settling,
  ) {
    const { seq, id, event, payload, headers, publisher, publishedAt } = delivered;
    this.seq = seq;
    this.id = id;
    this.event = event;
    this.payload = payload;
    this.headers = headers;
    this.publisher = publisher;
    this.#publishedAt = publishedAt;
    this.#entry = entry;
    this.#settling = settling;
  }

  /** Parsed when it is asked for: few programs use it, and parsing it takes as long as everything else here. */
  get publishedAt(): Date {
    if (typeof this.#publishedAt === 'string') this.#publishedAt = new Date(this.#publishedAt);
    return this.#publishedAt;
  }

  get attempt(): number {
    return this.#entry.attempt;
  }

  get isSettled(): boolean {
    return this.#entry.stage !== 'held' && this.#entry.stage !== 'running';
  }

  ack(): void {
    this.#settle(ACK);
  }

  nack(options: NackOptions = {}): void {
    this.#settle({ action: 'nack', ...options });
  }

  reject(reason?: string): void {
    this.#settle({ action: 'reject', reason });
  }

  extend(seconds: number): void {
    if (!this.isSettled) this.#settling.extend(this.#entry, seconds);
  }

  #settle(settlement: Settlement): void {
    if (!this.isSettled) this.#settling.settle(this.#entry, settlement);
  }
}
