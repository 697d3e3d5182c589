/** Globals of a browser; in Node there are none of these. */
interface Page {
  readonly addEventListener?: (type: string, listener: () => void) => void;
  readonly removeEventListener?: (type: string, listener: () => void) => void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
}

const here: object = globalThis;

/**
 * Calls back when the network returns or the page becomes visible again: after either, a connection that seems open may
 * be dead.
 *
 * @returns stops it.
 */
export function onWake(wake: () => void, page: Page = here): () => void {
  const { document } = page;
  const seen = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  page.addEventListener?.('online', wake);
  document?.addEventListener('visibilitychange', seen);
  return () => {
    page.removeEventListener?.('online', wake);
    document?.removeEventListener('visibilitychange', seen);
  };
}
