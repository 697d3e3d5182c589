import type { Time } from '../model/names';
import type { NotedSubscription } from '../model/subscription';

/** What is noted in the directory where something was: its key, and another `createdAt` than before. */
export const notedAnew = (there: NotedSubscription, createdAt: Time): NotedSubscription => ({
  ...there,
  createdAt: Math.max(createdAt, there.createdAt + 1),
});
