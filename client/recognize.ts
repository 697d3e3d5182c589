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

/** A message that has come, seen next to what is known of it. */
export interface Arrival {
  readonly attempt: number;
  /** In a frame of first deliveries. */
  readonly fresh: boolean;
  /** It came over this very connection before. */
  readonly cameHere: boolean;
  /** It was settled long enough ago, over a connection that lived on, for the server not to forget it in a crash. */
  readonly final: boolean;
}

/** `new`: handle it. `known`: nothing to do. `again`: repeat what was said of it, for that was lost. */
export type Verdict = 'new' | 'known' | 'again';

/**
 * Decides whether a delivery is one more of what this client has already, or had. Each connection of a client gets every
 * delivery once; so what comes over a second connection with an attempt that is known is the same delivery, and what
 * comes over the same one with it was put back by someone: the cursor moved, or a dead letter redriven.
 */
export function recognize(known: Known, arrival: Arrival): Verdict {
  const isFurther = arrival.attempt > known.attempt;
  switch (known.stage) {
    case 'held':
    case 'running':
      return 'known';
    case 'acked':
      // Acked is final: only a cursor that was moved back brings it again, and that as a first delivery.
      return arrival.fresh && (arrival.cameHere || arrival.final) ? 'new' : 'again';
    case 'nacked':
    case 'elsewhere':
      return isFurther || arrival.cameHere || arrival.final ? 'new' : 'known';
    case 'rejected':
      if (arrival.cameHere || arrival.final) return isFurther ? 'again' : 'new';
      return isFurther ? 'again' : 'known';
  }
}
