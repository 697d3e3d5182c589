import { Semaphore } from 'async-mutex';
import type { Memory, Share } from '../../broker/ports';

/**
 * The memory of a function that serves many at once.
 *
 * @param messages room, as a number of messages of the largest size; the copies made of them on their way are allowed
 * for.
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
