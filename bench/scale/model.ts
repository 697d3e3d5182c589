import { DEFAULT_ACK_DEADLINE, DEFAULT_SETTINGS, HEARTBEAT_SECONDS } from '../../broker';
import { LIMITS, type LimitName } from './limits';

/** What one operation takes, as it was measured. */
export interface Takes {
  /** Milliseconds of functions, and how many of them are invoked. */
  readonly ms: number;
  readonly invocations: number;
  /** Units of DynamoDB. */
  readonly writes: number;
  readonly reads: number;
  /** US dollars for a million of them. */
  readonly million: number;
}

/**
 * - `published`: a message published, in a frame of its own.
 * - `served`: a message looked after for one shard of its queue, whoever subscribes.
 * - `delivered`: it is pushed to one subscriber of that shard.
 * - `acked`: a frame that acks, however many it names.
 * - `timed`: a timer is armed for a shard, and goes off.
 * - `connected`: a client that has a subscription comes and is welcomed, and goes.
 * - `pinged`: a ping and its answer.
 */
export type Operation = 'published' | 'served' | 'delivered' | 'acked' | 'timed' | 'connected' | 'pinged';

export interface PerOperation extends Readonly<Record<Operation, Takes>> {
  /** US dollars: a million wake-ups by SQS, apart from what is done then, and a million minutes of a connection. */
  readonly millionWakeUps: number;
  readonly millionMinutes: number;
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

const SHARD_SIZE = DEFAULT_SETTINGS.shardSize;
/** Seconds. */
export const CONNECTION_LIFETIME = DEFAULT_SETTINGS.connectionLifetime / 1_000;
export const SECONDS_PER_MONTH = 730 * 3_600;
export const MINUTES_PER_MONTH = 730 * 60;
const MILLION = 1e6;

/** How many shards a queue has. */
export const shardsOf = (audience: number): number => Math.max(1, Math.ceil(audience / SHARD_SIZE));
/** Subscribers in the fullest of them. */
const inShardOf = (audience: number): number => Math.ceil(audience / shardsOf(audience));

/** How many frames with acks a subscriber sends in a second: one for what it gathered, if anything came. */
export const ackRateOf = ({ rate, gather }: Load): number => Math.min(rate, 1 / gather);

/** How often each is done in a second, and how many shards are woken by SQS. */
export interface Rates extends Readonly<Record<Operation, number>> {
  readonly wokenUp: number;
}

export function ratesOf(load: Load): Rates {
  const { connections, audience, rate } = load;
  const queues = connections / audience;
  const shards = shardsOf(audience);
  // A client that sends and hears something within every heartbeat sends no pings.
  const isSilent = ackRateOf(load) < 1 / HEARTBEAT_SECONDS;
  return {
    published: queues * rate,
    served: queues * rate * shards,
    wokenUp: queues * rate * (shards - 1),
    delivered: connections * rate,
    acked: connections * ackRateOf(load),
    // None is armed while another is pending: at most one in an ack deadline.
    timed: queues * shards * Math.min(rate, 1 / DEFAULT_ACK_DEADLINE),
    connected: connections / CONNECTION_LIFETIME,
    pinged: isSilent ? connections / HEARTBEAT_SECONDS : 0,
  };
}

/** What a load comes to. */
export interface Prediction {
  readonly deliveries: number;
  /** How much of each limit is used: 1 is all of it. */
  readonly use: Readonly<Record<LimitName, number>>;
  /** The limit that is used most. */
  readonly first: LimitName;
  /**
   * Connections at which each limit is met, with the same audience and rate. What a shard or a queue uses does not
   * depend on them.
   */
  readonly upTo: Readonly<Record<LimitName, number>>;
  /** Milliseconds until the last subscriber of a shard is pushed to, where nothing waits. */
  readonly shardMs: number;
  /** Seconds until all have connected again, if all connections are lost at once. */
  readonly reconnectSeconds: number;
  /** US dollars a month, at the list prices of the first tier. */
  readonly cost: number;
}

/** Needs and limits in a steady state: rates times durations, as Little's law has it. */
export function predict(load: Load, each: PerOperation): Prediction {
  const { connections, audience } = load;
  const rates = ratesOf(load);
  const needs = needsOf(load, rates, each);
  const names = Object.keys(LIMITS) as LimitName[];
  const ofEach = (value: (name: LimitName) => number) =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as Record<LimitName, number>;
  const use = ofEach((name) => needs[name] / LIMITS[name].value);
  return {
    deliveries: rates.delivered,
    use,
    first: names.reduce((most, name) => (use[name] > use[most] ? name : most)),
    upTo: ofEach((name) => connections / use[name]),
    shardMs: each.served.ms + inShardOf(audience) * each.delivered.ms,
    reconnectSeconds: connections / LIMITS.connects.value,
    cost: costOf(connections, rates, each),
  };
}

function needsOf(load: Load, rates: Rates, each: PerOperation): Record<LimitName, number> {
  const { audience, rate } = load;
  const { published, delivered, acked, connected, pinged, served } = rates;
  const ofAll = (what: 'ms' | 'invocations') => sumOf((operation) => rates[operation] * each[operation][what]);
  // A publish and a ping have an answer each, which counts against no rate; a delivery and a welcome are pushes.
  const fromClients = published + acked + pinged + connected;
  return {
    throttle: fromClients,
    frames: fromClients + delivered + connected,
    connects: connected,
    concurrency: ofAll('ms') / 1_000,
    invocations: ofAll('invocations'),
    tableWrites: delivered * each.delivered.writes + acked * each.acked.writes,
    // Rather too many: some of what serving a message reads is the log, and the record of the queue.
    tableReads: served * each.served.reads + delivered * each.delivered.reads + acked * each.acked.reads,
    shardWrites: inShardOf(audience) * (rate * each.delivered.writes + ackRateOf(load) * each.acked.writes),
    queueWrites: rate,
  };
}

const costOf = (connections: number, rates: Rates, each: PerOperation): number =>
  (SECONDS_PER_MONTH *
    (sumOf((operation) => rates[operation] * each[operation].million) + rates.wokenUp * each.millionWakeUps) +
    MINUTES_PER_MONTH * connections * each.millionMinutes) /
  MILLION;

const OPERATIONS: readonly Operation[] = ['published', 'served', 'delivered', 'acked', 'timed', 'connected', 'pinged'];

const sumOf = (value: (operation: Operation) => number): number =>
  OPERATIONS.reduce((sum, operation) => sum + value(operation), 0);
