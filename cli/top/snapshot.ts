/** A queue, as `list` tells. */
export interface QueueFacts {
  readonly queue: string;
  /** The seq of its newest message. */
  readonly head: number;
  readonly subscribers: number;
  readonly connected: number;
}

/** A subscription, as `list` tells. */
export interface SubscriptionFacts {
  readonly queue: string;
  readonly clientId: string;
  readonly next: number;
  readonly inFlight: number;
  readonly backlog: number;
  readonly dead: number;
  readonly connected: boolean;
}

/** The state of a server at one moment. */
export interface Snapshot {
  /** Milliseconds, of any clock that does not jump. */
  readonly at: number;
  readonly queues: readonly QueueFacts[];
  /** Of the queues that were asked about. */
  readonly subscriptions: readonly SubscriptionFacts[];
}
