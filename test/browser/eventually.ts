import { eventually as within } from '../eventually';

/** Longer than a page needs on a machine that has much else to do. Milliseconds. */
const PATIENCE_MS = 25_000;

/** Waits until something is so; fails with what it was last. */
export const eventually = <T>(look: () => T | Promise<T>, isSo: (found: T) => boolean): Promise<T> =>
  within(look, isSo, PATIENCE_MS);
