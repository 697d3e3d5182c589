import type { HoldfastError } from './errors';
import type { State } from './link';
import type { Message } from './message';

/** What a client tells besides messages. */
export interface Events {
  /** The connection: `error` is why, where it is closed. */
  state: { readonly state: State; readonly error?: HoldfastError | undefined };
  /** Messages that retention removed before they could be delivered: `from` up to and including `to`. */
  gap: { readonly queue: string; readonly from: number; readonly to: number };
  /** The server is about to end a connection. */
  goodbye: { readonly code: number; readonly reason: string; readonly reconnect: boolean };
  /** A handler of `consume` threw; its message was nacked. */
  failed: { readonly message: Message; readonly error: unknown };
  /** Messages come that nobody in this program subscribed to, but an earlier one of this client did. Told once an event. */
  unclaimed: { readonly queue: string; readonly event: string };
  /** Something failed that nobody waits for, such as an ack. */
  error: HoldfastError;
}
