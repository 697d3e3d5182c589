import type { ConnectionId } from '../model/names';

/**
 * What became of a push. `sent`: handed to the connection; whether it arrived, its ack tells. `gone`: there is no such
 * connection. `slow`: the connection takes nothing at present.
 */
export type PushOutcome = 'sent' | 'gone' | 'slow';

/** Sends frames to connections. */
export interface Pusher {
  /**
   * @param frame an encoded frame: UTF-8 JSON of at most 32 KB. The same object for all who get the same frame.
   * @throws Unavailable whether it was sent is not known.
   */
  push(connection: ConnectionId, frame: Uint8Array): Promise<PushOutcome>;
  /**
   * Ends a connection.
   *
   * @param code of the `goodbye` frame that was sent before; closes with the same code where the platform can.
   */
  close(connection: ConnectionId, code: number, reason: string): Promise<void>;
}
