/** Time and chance, as far as the client needs them. Tests bring their own and move it. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Runs something after so many milliseconds. The returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Runs something after the current turn of the event loop. */
  soon(run: () => void): void;
}

/** The longest delay. A longer one would overflow and fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Those of the platform. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, LONGEST_MS));
    return () => clearTimeout(timer);
  },
  soon: (run) => {
    if (typeof setImmediate === 'function') setImmediate(run);
    else queueMicrotask(run);
  },
};
