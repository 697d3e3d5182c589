import type { ConnectionId } from '../model/names';

/** What became of frames that were pushed. */
export interface Pushed {
  /**
   * `sent`: all were handed to the connection; only acks tell whether they arrived. `gone`: there is no such
   * connection. `slow`: it is not known what became of the rest. `throttled`: too much was pushed, to this or to all
   * connections, or it has just not answered, and nothing of the rest was sent; what is pushed again soon is refused
   * again. `full`: the client has not read what was sent before, and nothing of the rest was sent; the connection is
   * welcomed again as soon as it takes frames.
   */
  readonly outcome: 'sent' | 'gone' | 'slow' | 'throttled' | 'full';
  /** How many frames were sent, in order, before the push failed. */
  readonly sent: number;
}

/** Sends frames to connections. */
export interface Pusher {
  /**
   * Sends frames in order; nothing that is pushed to the same connection later, in this process, overtakes them.
   *
   * @param frames encoded: each UTF-8 JSON of at most 32 KB. Connections that get the same frame are given the same
   * object.
   */
  push(connection: ConnectionId, frames: readonly Uint8Array[]): Promise<Pushed>;
  /**
   * Whether a push would be answered `full`, as far as this process knows. If so, the connection is welcomed again as
   * soon as it takes frames. Left out: it is never known.
   */
  isFull?(connection: ConnectionId): boolean;
  /**
   * @returns once a connection that was `full` takes frames again, or is gone. Left out where none is ever full.
   */
  drained?(connection: ConnectionId): Promise<void>;
  /**
   * Ends a connection. Harmless if it is gone.
   *
   * @param code of the `goodbye` frame that was sent before; closes with the same code where the platform can.
   * @throws Unavailable it is not known whether it was ended.
   */
  close(connection: ConnectionId, code: number, reason: string): Promise<void>;
}
