import type { Time } from '../model/names';
import type { NotedSubscription } from '../model/subscription';

/** What the directory notes when a subscription is noted there already: the same key with a later `createdAt`. */
export const notedAnew = (there: NotedSubscription, createdAt: Time): NotedSubscription => ({
  ...there,
  createdAt: Math.max(createdAt, there.createdAt + 1),
});
