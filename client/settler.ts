import { type Acked, acksOf, gatherFor, gatherUpTo } from './acks';
import type { Connection } from './connection';
import { InvalidRequest } from './errors';
import type { Entry } from './ledger';
import { SEQS } from './limits';
import type { Settlement } from './message';
import { onAbort } from './onAbort';
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

/** The longest extension. Seconds. */
const LONGEST = 900;

/** Tells the server what became of the messages of one queue: acks many at a time, everything else at once. */
export class Settler {
  /** Acked, and not told yet. */
  private unsent: Entry[] = [];
  /** The last ack that was sent without asking for an answer. */
  private unanswered: number | undefined;
  /** Acks under way whose answers are waited for. */
  private readonly flushing = new Set<Promise<unknown>>();
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly queue: string,
    private readonly ports: SettlerPorts,
  ) {}

  ack(entry: Entry): void {
    const { ackDelay, timers, settings } = this.ports;
    const { ackDeadline, maxInFlight } = settings();
    this.unsent.push(entry);
    const delay = gatherFor(ackDelay, ackDeadline);
    if (delay <= 0 || this.unsent.length >= gatherUpTo(maxInFlight)) this.send();
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

  /** @throws InvalidRequest the server would not take so many seconds. */
  extend(entries: readonly Entry[], seconds: number): void {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST)
      throw new InvalidRequest(`seconds must be a whole number from 1 to ${LONGEST}, not ${seconds}`, 'seconds');
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
    this.unanswered = this.unsent.at(-1)?.seq ?? this.unanswered;
    for (const frame of this.frames(connection)) connection.send(frame);
  }

  /**
   * As {@link send}, and waits until the server has stored them, and those of flushes before.
   *
   * @param signal ends the waiting, not the flush.
   */
  async flush(signal?: AbortSignal): Promise<void> {
    const frames = this.frames(this.ports.connection());
    // No acks are waiting: repeat the last one with a ref. Its answer proves that earlier ones were processed.
    if (frames.length === 0 && this.unanswered !== undefined) frames.push(this.frameOf({ seqs: [this.unanswered] }));
    this.unanswered = undefined;
    for (const frame of frames) {
      const answer = this.ports.requests.ask(frame);
      this.flushing.add(answer);
      const end = () => this.flushing.delete(answer);
      answer.then(end, end);
    }
    await unlessAborted(Promise.all(this.flushing), signal);
  }

  /**
   * The cursor was moved, or the subscription has ended: what was acked may be in flight again.
   *
   * @param from the first that may.
   */
  forget(from = 0): void {
    this.unanswered = undefined;
    this.unsent = this.unsent.filter(({ seq }) => seq < from);
  }

  /** Nothing will be sent any more. */
  stop(): void {
    this.cancelTimer?.();
  }

  private frames(connection: Connection | undefined): string[] {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.unsent.length === 0) return [];
    const seqs = this.unsent.map(({ seq }) => seq);
    if (connection !== undefined) {
      const settled = { over: connection, at: this.ports.timers.now() };
      for (const entry of this.unsent) entry.settled = settled;
    }
    this.unsent = [];
    return acksOf(seqs, this.ports.isWhole(), this.ports.lowestOpen()).map((acked) => this.frameOf(acked));
  }

  private frameOf(acked: Acked): string {
    return JSON.stringify({ action: 'ack', queue: this.queue, ...acked });
  }
}

/** @throws the reason of the signal, if that comes first. */
const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason);
    const ignoreSignal = onAbort(signal, () => reject(signal?.reason));
    promise.then(resolve, reject).finally(ignoreSignal);
  });
