import crypto from 'node:crypto';
import type { Random } from './random';
import type { Scheduler } from './scheduler';

/**
 * Runs something where `setTimeout`, `Math.random` and `randomUUID` are the scheduler's and the seed's: the adapters pause
 * before they try again and name who gives no name, and nothing of a run may hang on the real time or real chance.
 */
export async function inVirtualTime<Result>(
  scheduler: Scheduler,
  random: Random,
  run: () => Promise<Result>,
): Promise<Result> {
  const restore = [
    replace(globalThis, 'setTimeout', (wake: () => void, ms = 0) => scheduler.later(ms, wake)),
    replace(Math, 'random', () => random.fraction()),
    replace(crypto, 'randomUUID', () => random.fraction().toString(36).slice(2)),
  ];
  try {
    return await run();
  } finally {
    for (const undo of restore) undo();
  }
}

function replace(owner: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
  };
}
