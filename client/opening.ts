import { Unreachable } from './errors';
import type { Holdfast } from './holdfast';
import { onAbort } from './onAbort';
import type { Timers } from './timers';

/**
 * Waits for the first connection of a client that has not ended.
 *
 * @param within milliseconds.
 * @throws HoldfastError why there is none; or the reason of the signal.
 */
export async function opened<Q>(
  holdfast: Holdfast<Q>,
  timers: Timers,
  within: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = timers.after(within, () =>
        reject(new Unreachable(`${holdfast.url} was not reached within ${within} ms`, { cause: holdfast.lastFailure })),
      );
      const off = holdfast.on('state', ({ state, error }) => {
        if (state === 'open') resolve();
        else if (state === 'closed') reject(error);
      });
      const ignoreSignal = onAbort(signal, () => reject(signal?.reason));
      stop = () => {
        cancel();
        off();
        ignoreSignal();
      };
    });
  } finally {
    stop();
  }
}
