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

/** What the server says of the one subscription of a queue. */
export async function subscriptionOf(holdfast: Holdfast, queue: string) {
  const { items } = await holdfast.request({ action: 'list', what: 'subscriptions', queue });
  const [item] = items;
  if (item === undefined) throw new Error(`There should be a subscription of ${queue}`);
  return item;
}
