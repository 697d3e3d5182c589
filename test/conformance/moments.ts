import type { Status } from './frames';
import type { Wire } from './wire';

/**
 * Publishes until a message is a millisecond or more later than the first.
 *
 * @returns the first that is, as its status tells it, and how many were published.
 */
export async function publishMomentsApart(wire: Wire, queue: string): Promise<{ later: Status; count: number }> {
  const statusAfterPublish = async () => {
    const { seq } = await wire.publish(queue, 'add');
    return wire.request({ action: 'status', queue, seq });
  };
  const first = await statusAfterPublish();
  for (let count = 2; ; count++) {
    const later = await statusAfterPublish();
    if (later.publishedAt > first.publishedAt) return { later, count };
  }
}
