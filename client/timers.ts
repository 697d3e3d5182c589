/** Time and chance, as far as the client needs them. Tests bring their own and move it. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Runs something after so many milliseconds; what is returned calls it off. */
  after(ms: number, run: () => void): () => void;
  /** Runs something when the program has done what it is at. */
  soon(run: () => void): void;
}

/** More would overflow and come at once. */
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
