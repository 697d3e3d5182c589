/**
 * Calls back when a signal is aborted later. A signal may live much longer than the work that it can end, and keeps its
 * listeners: call the returned function when the work has ended.
 *
 * @returns stops waiting for it.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  signal?.addEventListener('abort', run, { once: true });
  return () => signal?.removeEventListener('abort', run);
}
