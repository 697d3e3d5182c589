import type { Time } from '../broker/model/names';
import type { NotedSubscription } from '../broker/model/subscription';

/** What is noted in the directory where something was: its key, and another `createdAt` than before. */
export const notedAnew = (there: NotedSubscription, createdAt: Time): NotedSubscription => ({
  ...there,
  createdAt: Math.max(createdAt, there.createdAt + 1),
});
