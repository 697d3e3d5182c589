/** A message that is to be published. */
export interface Publish {
  /** Of the first try. Milliseconds. */
  readonly at: number;
  readonly failures: number;
}

/** A message on its way to the subscribers of one shard. */
export interface Delivery {
  /** Tells the message and the shard from others. */
  readonly id: number;
  readonly publishedAt: number;
  /** How often these subscribers got it, and no ack of theirs was served. */
  readonly times: number;
  /** Woken by SQS, as all shards but the first are, and those whose deadline has come. */
  readonly isPolled: boolean;
}

/** What a function does for a delivery. */
export interface Work {
  readonly delivery: Delivery;
  /** Pushes that were not tried yet. */
  left: number;
  /** Pushes that the time since the last step was enough for; below 0 while the message is looked after. */
  credit: number;
  /** Those that were refused and are tried again. */
  again: readonly Retry[];
}

export interface Retry {
  readonly count: number;
  readonly refusals: number;
  /** Milliseconds. */
  readonly at: number;
}

/** Pushes that are tried now. */
export interface Attempt {
  readonly work: Work;
  readonly count: number;
  readonly refusals: number;
}

/** Frames with acks of what a shard's subscribers got at one time. */
export interface Acks {
  readonly delivery: Delivery;
  readonly deliveries: number;
  readonly frames: number;
  /** When what is not acked is delivered again. Milliseconds. */
  readonly deadline: number;
}

/** Takes what of the work is to be tried now: what the time was enough for, and what was refused a while ago. */
export function takeAttempts(work: Work, now: number): Attempt[] {
  const fresh = Math.max(0, Math.min(work.left, Math.floor(work.credit)));
  const due = work.again.filter(({ at }) => at <= now);
  work.left -= fresh;
  work.credit -= fresh;
  if (due.length > 0) work.again = work.again.filter(({ at }) => at > now);
  return [...(fresh > 0 ? [{ count: fresh, refusals: 0 }] : []), ...due].map(({ count, refusals }) => ({
    work,
    count,
    refusals,
  }));
}

export const isDone = ({ left, again }: Work): boolean => left === 0 && again.length === 0;
