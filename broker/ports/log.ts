import type { LogEntry, Message, Tombstone } from '../model/message';
import type { ClientId, EventName, JsonText, QueueName, Seq, Time } from '../model/names';

/** A message that has no number yet. */
export interface Draft {
  /** Unique: chosen by the publisher (`idempotent`) or by the server. */
  readonly id: string;
  /** Whether the publisher chose the id, so that repeating the publish must not store it again. */
  readonly idempotent: boolean;
  readonly event: EventName;
  readonly payload: JsonText;
  readonly headers: JsonText;
  readonly publisher: ClientId;
}

/** Where a draft stands in the log. */
export interface Appended {
  readonly seq: Seq;
  readonly id: string;
  /** It was there before: nothing was stored. */
  readonly duplicate: boolean;
}

/** The logs of all queues: each one ordered, numbered from 1. */
export interface MessageLog {
  /**
   * Stores drafts, in order, at the next numbers of the queue, and creates the queue if needed; learns their event
   * names. A draft whose `idempotent` id is in the log already (also twice within `drafts`) is answered with the seq it
   * has there. What an earlier try left undone is stored at a number taken since: who subscribed meanwhile is owed it.
   *
   * @param drafts at least one.
   * @param now when; becomes `publishedAt`.
   * @param expiresAt when retention of these ends.
   * @returns one answer per draft, in their order, once all are durable.
   * @throws Unavailable nothing was stored, or all drafts are `idempotent` so that repeating is harmless.
   * @throws Uncertain some may have been stored.
   */
  append(queue: QueueName, drafts: readonly Draft[], now: Time, expiresAt: Time): Promise<Appended[]>;

  /**
   * Reads on from a number, consistently: what was durable when this was called is seen.
   *
   * @param from the first seq wanted.
   * @param limit how many entries; fewer are returned only if no more follow.
   * @returns ascending by seq, expired ones left out.
   */
  read(queue: QueueName, from: Seq, limit: number, now: Time): Promise<LogEntry[]>;

  /**
   * The messages at these numbers, consistently; those that are missing, expired or tombstones are left out.
   *
   * @param seqs ascending, each once; any number of them.
   */
  get(queue: QueueName, seqs: readonly Seq[], now: Time): Promise<Message[]>;

  /**
   * Puts a tombstone, only if nothing is at its number. Harmless to repeat.
   *
   * @returns false if something is there, also what has expired and is not removed yet.
   */
  fill(queue: QueueName, tombstone: Tombstone): Promise<boolean>;
}
