import type { Time } from '../model/names';

/** The time. */
export interface Clock {
  now(): Time;
}

/** Chance. */
export interface Ids {
  /** A new ULID: 26 characters, ordered by time. */
  next(): string;
  /** A number from 0 up to, not including, 1. */
  random(): number;
}

/** How long the process that runs the broker may go on. */
export interface Deadline {
  /** Whether the time is nearly over: work that is not begun yet is to be left to a wake-up. */
  isNear(): boolean;
}

/** Memory shared by all subscriptions that are served at the same time, where it is scarce. */
export interface Memory {
  /**
   * Waits until there is room, in turn.
   *
   * @param messages for how many messages of the largest size room is needed. If that is more than there is in all, all
   * of it is taken.
   */
  take(messages: number): Promise<Share>;
}

/** A share of the memory. The holder of a share never waits for another one. */
export interface Share {
  /** Gives back what is more than this. */
  keep(messages: number): void;
  /** Gives back all. Harmless to repeat. */
  free(): void;
}

/** Where the broker reports what it repaired or could not do. Never given payloads. */
export interface Reporter {
  warn(what: string, details: Record<string, unknown>): void;
}
