import { setTimeout as after } from 'node:timers/promises';

/** How long an answer is reused, and how long one is waited for. Milliseconds. */
const KEPT_MS = 1_000;
const PATIENCE_MS = 2_000;

/**
 * Whether the store takes writes. Checked at most once a second, however many requests there are, since anybody may
 * send them.
 *
 * @param check settles when something is on disk; rejects if nothing can be put there.
 */
export function healthOf(check: () => Promise<void>): () => Promise<boolean> {
  let last: { readonly at: number; readonly healthy: Promise<boolean> } | undefined;
  return () => {
    const now = performance.now();
    if (last === undefined || now - last.at >= KEPT_MS) {
      const late = after(PATIENCE_MS, false, { ref: false });
      const written = check().then(
        () => true,
        () => false,
      );
      last = { at: now, healthy: Promise.race([written, late]) };
    }
    return last.healthy;
  };
}
