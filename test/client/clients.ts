import WebSocket from 'ws';
import { type AnyQueues, type ConnectOptions, connect, type Holdfast } from '../../client';
import { afterwards } from '../server/own';

/** Connects to a server until the test is over. Acks go out at once, unless the test says otherwise. */
export async function aClientOf<Q = AnyQueues>(
  { url }: { readonly url: string },
  options: ConnectOptions = {},
): Promise<Holdfast<Q>> {
  const holdfast = await connect<Q>(url, { webSocket: WebSocket, ackDelay: 0, ...options });
  afterwards(() => holdfast.close());
  return holdfast;
}

/** Waits until something is so; fails with what it was last. */
export async function eventually<T>(look: () => T | Promise<T>, isSo: (found: T) => boolean, withinMs = 5_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (isSo(found)) return found;
    if (Date.now() > end) throw new Error(`Not so within ${withinMs} ms: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What the server says of the one subscription of a queue. */
export async function subscriptionOf(holdfast: Holdfast, queue: string) {
  const { items } = await holdfast.request({ action: 'list', what: 'subscriptions', queue });
  const [item] = items;
  if (item === undefined) throw new Error(`There should be a subscription of ${queue}`);
  return item;
}
