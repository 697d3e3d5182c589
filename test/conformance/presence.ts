import type { Item } from './frames';
import { eventually } from './patience';
import { connect, type Wire } from './wire';

/** One client's subscription of a queue, as `list` tells it. */
export async function subscriptionOf(observer: Wire, queue: string, clientId: string): Promise<Item | undefined> {
  return (await observer.list('subscriptions', { queue })).find((item) => item.clientId === clientId);
}

/**
 * Closes a connection and waits until the server counts its client as away, which a disconnect tells it only in time:
 * a connection made before would join the one that went.
 */
export async function leave(wire: Wire, queue: string): Promise<void> {
  const observer = await connect();
  await wire.close();
  await eventually(
    () => subscriptionOf(observer, queue, wire.clientId),
    (item) => item?.connected === false,
  );
  await observer.close();
}
