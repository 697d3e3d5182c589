import type { Timers } from './timers';
import type { TokenSource } from './token';
import type { WebSocketConstructor } from './webSocket';
import type { Position } from './wire';

/** How a client connects and behaves. */
export interface ConnectOptions {
  /**
   * The client id: 1 to 128 characters of `A–Z a–z 0–9 . _ : @ -`. Subscriptions belong to this name and wait for it.
   * Left out, the server makes one up, and subscriptions end with the connection.
   */
  readonly clientId?: string | undefined;
  /**
   * A credential, or a function that gets one. The function is asked before every try to connect, and again when the
   * server says that the credential has expired. One that throws, or takes more than 30 seconds, counts as a try that
   * failed, and is asked again after a pause. The WebSocket of a browser, and that of Node 22 and later, does not
   * tell a refused credential from an unreachable server: there, the client keeps trying. With `webSocket` set to that
   * of the package `ws` it knows.
   */
  readonly token?: TokenSource | undefined;
  /** The WebSocket to use; default: that of the platform, or else of the package `ws`. */
  readonly webSocket?: WebSocketConstructor | undefined;
  /**
   * Milliseconds for which acks are gathered into one frame; default 1,000, and at most a third of the ack deadline. 0:
   * each is sent at once.
   */
  readonly ackDelay?: number | undefined;
  /** How many publishes may wait while there is no connection; default 1,000. */
  readonly buffer?: number | undefined;
  /**
   * Where publishes wait for a connection; default `'memory'`. In `'indexeddb'` they outlive the page, and are sent
   * when it is opened again.
   */
  readonly bufferStore?: 'memory' | 'indexeddb' | undefined;
  /**
   * Seconds between signs of life; default: what the server asks for, 240. A connection without one for twice that time
   * counts as dead.
   */
  readonly heartbeat?: number | undefined;
  /** Closes the client. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds within which `connect` wants the first connection; default 30,000. */
  readonly connectTimeout?: number | undefined;
  /** Time and chance; for tests. */
  readonly timers?: Timers | undefined;
}

/** What to deliver, and how. Settings are kept with the subscription; one that is left out stays as it is. */
export interface SubscribeOptions<Event extends string = string> {
  /** The events wanted; default: every event of the queue. They are added to those subscribed to before. */
  readonly events?: readonly Event[] | undefined;
  /** Where a new subscription begins; default `'new'`. An existing one goes on where it was. */
  readonly from?: Position | undefined;
  /**
   * Seconds to answer a delivery, 1 to 900; 30 if never set. It is extended by itself while a message is handled: by
   * what this program set, or by 30 seconds, for the server does not tell what an earlier program set. Where that was
   * less, set it again, or messages are delivered again while they are handled.
   */
  readonly ackDeadline?: number | undefined;
  /** Deliveries before a message is a dead letter, 1 to 100, or 0 for no limit; 5 if never set. */
  readonly maxDeliveries?: number | undefined;
  /** The window: messages in flight at a time, 1 to 1,000; 100 if never set. */
  readonly maxInFlight?: number | undefined;
  /** Seconds for which the deadline of a message is extended while it is handled; default 900. 0: not at all. */
  readonly maxExtension?: number | undefined;
  /**
   * Ends the loop or the handler, not the subscription. Its messages wait for the next time while the client is away.
   * While it is connected they are delivered, though nobody reads them, and become dead letters after their attempts:
   * unsubscribe, or close the client.
   */
  readonly signal?: AbortSignal | undefined;
}

/** As {@link SubscribeOptions}, for a handler. */
export interface ConsumeOptions<Event extends string = string> extends SubscribeOptions<Event> {
  /** How many messages are handled at a time; default 1, which keeps their order. */
  readonly concurrency?: number | undefined;
}
