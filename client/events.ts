import type { HoldfastError } from './errors';
import type { State } from './link';
import type { Message } from './message';

/** The events of a client, besides messages. */
export interface Events {
  /** The state of the connection changed. `error` says why it was closed. */
  state: { readonly state: State; readonly error?: HoldfastError | undefined };
  /** Messages that retention removed before they could be delivered: `from` up to and including `to`. */
  gap: { readonly queue: string; readonly from: number; readonly to: number };
  /** The server is about to end a connection. */
  goodbye: { readonly code: number; readonly reason: string; readonly reconnect: boolean };
  /** A handler of `consume` threw; its message was nacked. */
  failed: { readonly message: Message; readonly error: unknown };
  /**
   * Messages come that this program did not subscribe to, but an earlier program with this client id did. Emitted once
   * for each event name.
   */
  unclaimed: { readonly queue: string; readonly event: string };
  /** Work failed that no caller waits for, such as an ack. */
  error: HoldfastError;
}
