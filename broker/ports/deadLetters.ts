import type { DeadLetter } from '../model/message';
import type { ClientId, QueueName, Seq, Time } from '../model/names';
import type { Page, PageRequest } from './page';

/** Up to so many are counted: some stores read each letter to count it. */
export const COUNTED_LETTERS = 1_000;

/** Whose dead letters: one client's, of one queue. */
export interface DeadLetterOwner {
  readonly queue: QueueName;
  readonly client: ClientId;
}

/** The dead letters of all subscribers, at most one per owner and seq. Expired ones are never returned. */
export interface DeadLetterStore {
  /** Stores a dead letter, over one with the same seq. Durable when answered. */
  put(owner: DeadLetterOwner, letter: DeadLetter): Promise<void>;
  /** Those at these numbers; missing ones are left out. Consistent. */
  get(owner: DeadLetterOwner, seqs: readonly Seq[], now: Time): Promise<DeadLetter[]>;
  /** Drops those at these numbers; harmless to repeat. Durable when answered. */
  remove(owner: DeadLetterOwner, seqs: readonly Seq[]): Promise<void>;
  /** An owner's, ascending by seq. */
  list(owner: DeadLetterOwner, page: PageRequest, now: Time): Promise<Page<DeadLetter>>;
  /**
   * How many {@link list} would return in all.
   *
   * @param least from so many on it may be fewer, but at least as many; default {@link COUNTED_LETTERS}.
   */
  count(owner: DeadLetterOwner, now: Time, least?: number): Promise<number>;
}
