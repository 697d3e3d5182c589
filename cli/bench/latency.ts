import { createHistogram } from 'node:perf_hooks';

/** The distribution of many durations, in milliseconds. */
export interface Latency {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}

/** Gathers times. */
export interface Stopwatch {
  /** @param ms milliseconds; kept to a microsecond. */
  record(ms: number): void;
  /** What was gathered; undefined if nothing was. */
  read(): Latency | undefined;
}

/** Gathers times in a histogram of constant size, to three digits. */
export function stopwatch(): Stopwatch {
  const micros = createHistogram();
  return {
    record: (ms) => micros.record(Math.max(1, Math.round(ms * 1000))),
    read: () =>
      micros.count === 0
        ? undefined
        : {
            median: micros.percentile(50) / 1000,
            p95: micros.percentile(95) / 1000,
            p99: micros.percentile(99) / 1000,
            longest: micros.max / 1000,
          },
  };
}
