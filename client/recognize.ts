/** What this client did with a delivery. */
export type Stage =
  /** Waits here to be handled. */
  | 'held'
  /** Is being handled. */
  | 'running'
  | 'acked'
  | 'nacked'
  | 'rejected'
  /** Another connection of the client settled it. */
  | 'elsewhere';

/** A message as it is known from an earlier delivery. */
export interface Known {
  readonly stage: Stage;
  readonly attempt: number;
}

/** A delivery, compared with what is known of its message. */
export interface Arrival {
  readonly attempt: number;
  /** In a frame of first deliveries. */
  readonly fresh: boolean;
  /** It came over this very connection before. */
  readonly cameHere: boolean;
  /**
   * It was settled long enough ago, over a connection that lived on, so that a crash of the server cannot have lost
   * that.
   */
  readonly final: boolean;
}

/** `new`: handle it. `known`: nothing to do. `again`: its settlement was lost, so repeat it. */
export type Verdict = 'new' | 'known' | 'again';

/**
 * Decides whether a delivery is new to this client. Each connection of a client gets every delivery once. So a known
 * attempt over another connection is the same delivery. A known attempt over the same connection is a new one: the
 * cursor was moved back, or a dead letter redriven.
 */
export function recognize(known: Known, arrival: Arrival): Verdict {
  const isFurther = arrival.attempt > known.attempt;
  switch (known.stage) {
    case 'held':
    case 'running':
      return 'known';
    case 'acked':
      // Acked is final: only moving the cursor back brings it again, as a first delivery.
      return arrival.fresh && (arrival.cameHere || arrival.final) ? 'new' : 'again';
    case 'nacked':
    case 'elsewhere':
      return isFurther || arrival.cameHere || arrival.final ? 'new' : 'known';
    case 'rejected':
      if (arrival.cameHere || arrival.final) return isFurther ? 'again' : 'new';
      return isFurther ? 'again' : 'known';
  }
}
