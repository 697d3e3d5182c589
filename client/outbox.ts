import { frameOf, nextBatch, type Outgoing } from './batch';
import { isBlame } from './blame';
import {
  BufferFull,
  type HoldfastError,
  InvalidRequest,
  isHoldfastError,
  ServerFault,
  StoreFailed,
  TooLarge,
} from './errors';
import { newId } from './id';
import { Leftovers } from './leftovers';
import { ENVELOPE_BYTES, FRAME_BYTES, MESSAGES } from './limits';
import { onAbort } from './onAbort';
import type { OutboxStore, Stored } from './outboxStore';
import { expectJsonValue } from './payload';
import { bytesOf, type Requests } from './requests';
import type { Timers } from './timers';

/** What a message is published with, apart from its payload. */
export interface PublishOptions {
  /** Delivered as they are. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Identifies the message, up to 128 characters. Publishing again with the same id, from any client, stores nothing as
   * long as the first message is retained. Left out: a random one, so that a message sent again after a lost connection
   * is stored once.
   */
  readonly id?: string | undefined;
  /** Cancels the publish if it was not sent yet. Otherwise only the waiting ends. */
  readonly signal?: AbortSignal | undefined;
}

/** A message as it was stored. */
export interface Published {
  readonly seq: number;
  readonly id: string;
  /** Whether a message with this id had been stored before. `seq` is then the number of that message. */
  readonly duplicate: boolean;
}

interface Waiting extends Outgoing {
  readonly id: string;
  readonly resolve: (published: Published) => void;
  readonly reject: (error: unknown) => void;
  /** Its place in the store. */
  readonly key?: Promise<unknown> | undefined;
  /** Its caller has stopped waiting. */
  isOver: boolean;
}

/** What an outbox needs of its client. */
export interface OutboxPorts {
  readonly timers: Timers;
  readonly requests: Requests;
  readonly store: OutboxStore | undefined;
  /** How many publishes may wait while there is no connection. */
  readonly buffer: number;
  isOpen(): boolean;
  /** What fails that nobody waits for. */
  report(failure: HoldfastError): void;
}

/** Frames under way at a time. Messages that come meanwhile share the next frame. */
const PIPELINE = 16;
/**
 * A server that answers sooner than this gets smaller frames, so that the next is made while it stores the one before.
 * Slower servers are far away, often in AWS, where each frame costs. Milliseconds.
 */
const QUICK_MS = 10;
const MESSAGES_WHERE_QUICK = MESSAGES / 2;

/**
 * Messages on their way out. Messages of one turn of the event loop share frames; all wait while there is no
 * connection.
 */
export class Outbox {
  private readonly waiting: Waiting[] = [];
  private unanswered = 0;
  private frames = 0;
  /** Messages of the next frame at most. */
  private most = MESSAGES;
  private scheduled = false;
  private failure: HoldfastError | undefined;
  private readonly idle: (() => void)[] = [];
  private readonly leftovers: Leftovers | undefined;

  constructor(private readonly ports: OutboxPorts) {
    const { timers, store, report } = ports;
    const publish = (record: Stored) => this.enter(record, undefined, () => undefined);
    this.leftovers = store && new Leftovers({ timers, store, report, publish });
  }

  publish(queue: string, event: string, payload: unknown, options: PublishOptions = {}): Promise<Published> {
    const { headers, signal, id = newId(this.ports.timers.now()) } = options;
    let text: string;
    try {
      expectJsonValue(payload);
      text = JSON.stringify({ event, payload: payload ?? null, headers, id });
    } catch (cause) {
      if (isHoldfastError(cause)) return Promise.reject(cause);
      return Promise.reject(new InvalidRequest('a payload must be a JSON value', 'payload', { cause }));
    }
    if (!this.ports.isOpen() && this.waiting.length + this.unanswered >= this.ports.buffer)
      return Promise.reject(
        new BufferFull(`${this.ports.buffer} publishes wait for a connection already: wait for some of them first`),
      );
    const record = { queue, id, text };
    return this.enter(record, signal, () => this.keep(record));
  }

  /** Publishes what an earlier run of this program left. */
  restore(): void {
    void this.leftovers?.publish();
  }

  /** There is a connection. */
  opened(): void {
    this.pump();
  }

  /** Resolves when every publish was answered. */
  async drained(): Promise<void> {
    if (this.waiting.length + this.unanswered > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Nothing will be sent any more. What is in the store stays there. */
  fail(error: HoldfastError): void {
    this.failure = error;
    this.leftovers?.stop();
    for (const waiting of this.waiting.splice(0)) waiting.reject(error);
    this.settle();
  }

  private enter(
    { queue, id, text }: Stored,
    signal: AbortSignal | undefined,
    keep: () => Promise<unknown> | undefined,
  ): Promise<Published> {
    const bytes = bytesOf(text);
    if (bytes > FRAME_BYTES - ENVELOPE_BYTES)
      return Promise.reject(
        new TooLarge(`a message may have 30000 bytes, and this has ${bytes}: publish where its bulk is to be found`),
      );
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const ignoreSignal = onAbort(signal, () => {
        this.callOff(waiting);
        reject(signal?.reason);
      });
      const waiting: Waiting = {
        queue,
        id,
        text,
        bytes,
        isOver: false,
        key: keep(),
        resolve: (published) => {
          ignoreSignal();
          resolve(published);
        },
        reject: (error) => {
          ignoreSignal();
          reject(error);
        },
      };
      this.waiting.push(waiting);
      // The server stores these while the rest of this turn is made ready.
      if (this.waiting.length >= this.most) this.pump(this.most);
      if (this.scheduled) return;
      this.scheduled = true;
      this.ports.timers.soon(() => {
        this.scheduled = false;
        this.pump();
      });
    });
  }

  /** @param least so many that wait are worth a frame. */
  private pump(least = 1): void {
    while (this.ports.isOpen() && this.frames < PIPELINE && this.waiting.length >= least)
      void this.send(this.waiting.splice(0, nextBatch(this.waiting, FRAME_BYTES, this.most)));
    this.settle();
  }

  private callOff(waiting: Waiting): void {
    waiting.isOver = true;
    this.forget(waiting);
    const index = this.waiting.indexOf(waiting);
    if (index >= 0) this.waiting.splice(index, 1);
    this.settle();
  }

  private async send(batch: Waiting[]): Promise<void> {
    this.frames += 1;
    this.unanswered += batch.length;
    try {
      const sentAt = this.ports.timers.now();
      const reply = await this.ports.requests.ask(frameOf(batch));
      this.most = this.ports.timers.now() - sentAt < QUICK_MS ? MESSAGES_WHERE_QUICK : MESSAGES;
      const published = reply.type === 'published' ? (reply.messages ?? []) : [];
      batch.forEach((waiting, index) => {
        const one = published[index];
        if (one) waiting.resolve(one);
        else waiting.reject(new ServerFault('the server answered fewer messages than it was sent'));
        this.forget(waiting);
      });
    } catch (error) {
      this.refused(batch, error);
    }
    this.frames -= 1;
    this.unanswered -= batch.length;
    this.pump();
  }

  /**
   * A faulty message must not fail the others: each is sent again alone, which is safe, since all have ids. Frames that
   * are under way by now overtake them.
   */
  private refused(batch: Waiting[], error: unknown): void {
    const isOver = this.failure !== undefined;
    if (!isOver && batch.length > 1 && isBlame(error)) {
      for (const waiting of batch) waiting.alone = true;
      this.waiting.unshift(...batch.filter((waiting) => !waiting.isOver));
      return;
    }
    for (const waiting of batch) {
      // After the client has ended, kept messages wait for the next run.
      if (!isOver) this.forget(waiting);
      waiting.reject(error);
    }
  }

  private keep(record: Stored): Promise<unknown> | undefined {
    const key = this.ports.store?.add(record);
    key?.catch((cause) => this.ports.report(new StoreFailed('a publish could not be kept', { cause })));
    return key;
  }

  private forget({ key }: Waiting): void {
    key?.then((place) => this.ports.store?.remove(place)).catch(() => undefined);
  }

  private settle(): void {
    if (this.waiting.length + this.unanswered > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
