import { LIMITS, type LimitName } from './limits';

/** What one of each takes, as it was measured. */
export interface PerOperation {
  /** Milliseconds of `deliver` for a message, whoever subscribes, and for each subscriber of a shard that is served. */
  readonly messageMs: number;
  readonly deliveryMs: number;
  /** Milliseconds of `ack` for each frame. */
  readonly ackMs: number;
  /** Milliseconds of the functions for each connection made: `connect`, its welcome, and a subscribe. */
  readonly connectMs: number;
  /** Write and read units of the subscriptions for each delivery, its share of acks included. */
  readonly writes: number;
  readonly reads: number;
  /**
   * US dollars: a million deliveries acked, a million messages served, a million publishes, an idle connection's month.
   */
  readonly millionDelivered: number;
  readonly millionServed: number;
  readonly millionPublished: number;
  readonly connectionMonth: number;
}

/** What a deployment is asked to do. */
export interface Load {
  readonly connections: number;
  /** Subscribers of each queue, all connected; everybody has one subscription. */
  readonly audience: number;
  /** Messages published to each queue in a second. */
  readonly rate: number;
  /** Seconds for which a subscriber gathers its acks. */
  readonly gather: number;
}

export const SHARD_SIZE = 250;
/** API Gateway ends connections after two hours. Seconds. */
const CONNECTION_LIFETIME = 7_200;
const SECONDS_PER_MONTH = 730 * 3_600;

/** What a load comes to. */
export interface Prediction {
  readonly deliveries: number;
  /** How much of each limit is used: 1 is all of it. */
  readonly use: Readonly<Record<LimitName, number>>;
  /** The limit that is used most. */
  readonly first: LimitName;
  /**
   * Connections at which that limit is met, with the same audience and rate; those of a shard or queue do not depend on
   * it.
   */
  readonly upTo: number;
  /** Milliseconds until the last subscriber of a shard is pushed to, where nothing waits. */
  readonly shardMs: number;
  /** Seconds until all have connected again, if all connections are lost at once. */
  readonly reconnectSeconds: number;
  /** US dollars a month. */
  readonly cost: number;
}

/** Needs and limits in a steady state: rates times durations, as Little's law has it. */
export function predict(load: Load, each: PerOperation): Prediction {
  const { connections, audience, rate, gather } = load;
  const queues = connections / audience;
  const published = queues * rate;
  const deliveries = connections * rate;
  const acks = connections * Math.min(rate, 1 / gather);
  const connects = connections / CONNECTION_LIFETIME;
  const inShard = Math.min(audience, SHARD_SIZE);
  const needs: Record<LimitName, number> = {
    // Publishes have an answer each, which is not counted against the rate; deliveries are pushes.
    frames: published + deliveries + acks + connects * 2,
    connects,
    concurrency:
      (published * each.messageMs + deliveries * each.deliveryMs + acks * each.ackMs + connects * each.connectMs) /
      1_000,
    tableWrites: deliveries * each.writes,
    tableReads: deliveries * each.reads,
    shardWrites: inShard * rate * each.writes,
    queueWrites: rate,
  };
  const use = Object.fromEntries(
    Object.entries(needs).map(([name, need]) => [name, need / LIMITS[name as LimitName].value]),
  ) as Record<LimitName, number>;
  const [[first, most]] = (Object.entries(use) as [LimitName, number][]).sort((a, b) => b[1] - a[1]) as [
    [LimitName, number],
  ];
  return {
    deliveries,
    use,
    first,
    upTo: connections / most,
    shardMs: each.messageMs + inShard * each.deliveryMs,
    reconnectSeconds: connections / LIMITS.connects.value,
    cost:
      ((deliveries * each.millionDelivered + published * (each.millionServed + each.millionPublished)) / 1e6) *
        SECONDS_PER_MONTH +
      connections * each.connectionMonth,
  };
}
