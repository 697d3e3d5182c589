import crypto from 'node:crypto';
import type { Random } from './random';
import type { Scheduler } from './scheduler';

/**
 * Runs something where `setTimeout`, `Math.random` and `randomUUID` are the scheduler's and the seed's: the adapters
 * pause before they try again and name who gives no name, and nothing of a run may hang on the real time or real
 * chance.
 */
export async function inVirtualTime<Result>(
  scheduler: Scheduler,
  random: Random,
  run: () => Promise<Result>,
): Promise<Result> {
  const restore = [
    replace(globalThis, 'setTimeout', (wake: () => void, ms = 0) => scheduler.later(ms, wake)),
    replace(Math, 'random', () => random.fraction()),
    replace(crypto, 'randomUUID', () => uuidOf(random)),
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

/** In the form of a UUID, whatever its version. */
function uuidOf(random: Random): `${string}-${string}-${string}-${string}-${string}` {
  const digits = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random.fraction() * 16).toString(16)).join('');
  return `${digits(8)}-${digits(4)}-${digits(4)}-${digits(4)}-${digits(12)}`;
}
