import { type Acked, acksOf, gatherFor, gatherUpTo } from './acks';
import type { Connection } from './connection';
import type { Entry } from './ledger';
import { SEQS } from './limits';
import type { Settlement } from './message';
import type { Requests } from './requests';
import type { Timers } from './timers';

/** What a settler needs of its queue. */
export interface SettlerPorts {
  readonly timers: Timers;
  readonly requests: Requests;
  readonly ackDelay: number;
  connection(): Connection | undefined;
  settings(): { readonly ackDeadline: number; readonly maxInFlight: number };
  /** As in {@link acksOf}. */
  isWhole(): boolean;
  lowestOpen(): number;
}

/** Tells the server what became of the messages of one queue: acks many at a time, everything else at once. */
export class Settler {
  private readonly unsent = new Map<number, Entry>();
  /** The last ack that was sent without asking for an answer. */
  private unanswered: number | undefined;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly queue: string,
    private readonly ports: SettlerPorts,
  ) {}

  ack(entry: Entry): void {
    const { ackDelay, timers, settings } = this.ports;
    const { ackDeadline, maxInFlight } = settings();
    this.unsent.set(entry.seq, entry);
    const delay = gatherFor(ackDelay, ackDeadline);
    if (delay <= 0 || this.unsent.size >= gatherUpTo(maxInFlight)) this.send();
    else this.cancelTimer ??= timers.after(delay, () => this.send());
  }

  /**
   * Sends a settlement if there is a connection. Otherwise it is dropped, since the server will deliver the message
   * again.
   */
  say(entry: Entry, { action, ...fields }: Exclude<Settlement, { action: 'ack' }>): void {
    const connection = this.ports.connection();
    if (connection === undefined) return;
    entry.settled = { over: connection, at: this.ports.timers.now() };
    connection.send(JSON.stringify({ action, queue: this.queue, seqs: [entry.seq], ...fields }));
  }

  extend(entries: readonly Entry[], seconds: number): void {
    const connection = this.ports.connection();
    if (connection === undefined) return;
    const dueAt = this.ports.timers.now() + seconds * 1000;
    for (const entry of entries) entry.dueAt = dueAt;
    const seqs = entries.map(({ seq }) => seq);
    for (let start = 0; start < seqs.length; start += SEQS)
      connection.send(
        JSON.stringify({ action: 'extend', queue: this.queue, seqs: seqs.slice(start, start + SEQS), seconds }),
      );
  }

  /** Sends the acks that were gathered, if there is a connection; they wait for one otherwise. */
  send(): void {
    const connection = this.ports.connection();
    if (connection === undefined) return;
    for (const seq of this.unsent.keys()) this.unanswered = seq;
    for (const frame of this.frames(connection)) connection.send(frame);
  }

  /** As {@link send}, and waits until the server has stored them. */
  async flush(signal?: AbortSignal): Promise<void> {
    const frames = this.frames(this.ports.connection());
    // No acks are waiting: repeat the last one with a ref. Its answer proves that earlier ones were processed.
    if (frames.length === 0 && this.unanswered !== undefined) frames.push(this.frameOf({ seqs: [this.unanswered] }));
    this.unanswered = undefined;
    await Promise.all(frames.map((frame) => this.ports.requests.ask(frame, { signal })));
  }

  /** The cursor was moved: what was acked may be in flight again. */
  forget(): void {
    this.unanswered = undefined;
  }

  /** Nothing will be sent any more. */
  stop(): void {
    this.cancelTimer?.();
  }

  private frames(connection: Connection | undefined): string[] {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.unsent.size === 0) return [];
    const seqs = [...this.unsent.keys()];
    if (connection !== undefined) {
      const settled = { over: connection, at: this.ports.timers.now() };
      for (const entry of this.unsent.values()) entry.settled = settled;
    }
    this.unsent.clear();
    return acksOf(seqs, this.ports.isWhole(), this.ports.lowestOpen()).map((acked) => this.frameOf(acked));
  }

  private frameOf(acked: Acked): string {
    return JSON.stringify({ action: 'ack', queue: this.queue, ...acked });
  }
}
