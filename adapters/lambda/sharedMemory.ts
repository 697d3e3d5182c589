import { Semaphore } from 'async-mutex';
import type { Memory, Share } from '../../broker/ports';

/**
 * The memory of a function that serves many at once.
 *
 * @param messages how many of the largest messages there is room for, with what is made of them on their way.
 */
export function sharedMemory(messages: number): Memory {
  const free = new Semaphore(messages);
  return {
    take: async (wanted) => {
      let taken = Math.min(Math.max(1, wanted), messages);
      await free.acquire(taken);
      const keep = (left: number) => {
        if (left >= taken) return;
        free.release(taken - left);
        taken = left;
      };
      return { keep, free: () => keep(0) } satisfies Share;
    },
  };
}
