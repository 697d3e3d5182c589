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

/** How long whoever runs the broker may go on. */
export interface Deadline {
  /** Whether what is not begun yet is to be left to a wake-up. */
  isNear(): boolean;
}

/** Memory that those who are served at the same time share, where it is scarce. */
export interface Memory {
  /**
   * Waits until there is room, in turn.
   *
   * @param messages how many of the largest messages there has to be room for; where that is more than there is in all,
   * for as many as there is.
   */
  take(messages: number): Promise<Share>;
}

/** A share of the memory; who has one waits for no other. */
export interface Share {
  /** Gives back what is more than this. */
  keep(messages: number): void;
  /** Gives back all. Harmless to repeat. */
  free(): void;
}

/** Where the broker reports what it mended or could not do. Never given payloads. */
export interface Reporter {
  warn(what: string, details: Record<string, unknown>): void;
}
