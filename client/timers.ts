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

/** Globals of a page in a browser. Node has no document. */
interface Page {
  readonly document?: object;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: unknown; close(): void };
    readonly port2: { postMessage(message: unknown): void };
  };
}

const here: object = globalThis;

// In a hidden page, Chromium lets timers that timers set, five in a row, come but once a minute: too late to extend a
// deadline. What a message sets is in no such row.
function unchained(set: () => void): void {
  const { document, MessageChannel }: Page = here;
  if (document === undefined || MessageChannel === undefined) {
    set();
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    set();
  };
  port2.postMessage(0);
}

/** Those of the platform. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, run) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    unchained(() => {
      if (!isOver) timer = setTimeout(run, Math.min(ms, LONGEST_MS));
    });
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  },
  soon: (run) => {
    if (typeof setImmediate === 'function') setImmediate(run);
    else queueMicrotask(run);
  },
};
