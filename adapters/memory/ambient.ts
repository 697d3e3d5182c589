import type { Time } from '../../broker/model/names';
import type { Clock, Ids, Reporter } from '../../broker/ports';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  set(now: Time): void;
  /** @param ms milliseconds. */
  advance(ms: number): void;
}

export function manualClock(start: Time = Date.UTC(2026, 0, 1)): ManualClock {
  let time = start;
  return {
    now: () => time,
    set: (now) => {
      time = now;
    },
    advance: (ms) => {
      time += ms;
    },
  };
}

/** Ids that count upwards, and chance that is the same in every run with the same seed. */
export function seededIds(seed = 1): Ids {
  let count = 0;
  let state = seed >>> 0;
  return {
    next: () => {
      count += 1;
      return `01${count.toString(32).toUpperCase().padStart(24, '0')}`;
    },
    // mulberry32, by Tommy Ettinger (public domain)
    random: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** A reporter that keeps what it is told. */
export interface CollectingReporter extends Reporter {
  readonly reports: { readonly what: string; readonly details: Record<string, unknown> }[];
}

export function collectingReporter(): CollectingReporter {
  const reports: CollectingReporter['reports'] = [];
  return { reports, warn: (what, details) => void reports.push({ what, details }) };
}
