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

/** Where the broker reports what it mended or could not do. Never given payloads. */
export interface Reporter {
  warn(what: string, details: Record<string, unknown>): void;
}
