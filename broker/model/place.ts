import type { Seq, Time } from './names';

/** Numbers that were taken for messages: `first` and those after it, as many as asked for. */
export interface Taken {
  readonly first: Seq;
  /** Until when the number before `first` is retained; 0 if it is 1. */
  readonly previousUntil: Time;
}

/** A number that was given to a message. */
export interface Place {
  readonly seq: Seq;
  readonly previousUntil: Time;
  readonly publishedAt: Time;
  readonly expiresAt: Time;
}
