import { eventually as askUntil } from '../eventually';

/**
 * How much slower than one machine the target may be: multiplies every time-out. An emulator takes 100 to 500 ms a hop.
 * Nothing waits longer for it unless something fails.
 */
export const PATIENCE = Number(process.env.HOLDFAST_PATIENCE ?? 1);

/** Milliseconds until a frame that should come is given up. */
export const WAIT_MS = 10_000 * PATIENCE;

/** Milliseconds of silence after which a frame that should not come is taken not to. */
export const SILENCE_MS = 150 * PATIENCE;

jest.setTimeout(30_000 * PATIENCE);

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Asks until the answer is as wanted, for what the protocol promises only in time: that a connection's end was noticed.
 *
 * @throws Error with the last answer if it is not within so many milliseconds.
 */
export const eventually = <T>(
  ask: () => Promise<T> | T,
  wanted: (answer: T) => boolean,
  withinMs = WAIT_MS,
): Promise<T> => askUntil(ask, wanted, withinMs, 20 * PATIENCE);
