/**
 * Calls back when a signal is aborted that is not yet. A signal may outlive by far what it can end, and holds on to its
 * listeners: call what is returned when that has ended.
 *
 * @returns stops waiting for it.
 */
export function onAbort(signal: AbortSignal | undefined, run: () => void): () => void {
  signal?.addEventListener('abort', run, { once: true });
  return () => signal?.removeEventListener('abort', run);
}
