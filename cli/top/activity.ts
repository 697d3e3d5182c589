import type { QueueFacts, Snapshot, SubscriptionFacts } from './snapshot';

/** A queue and what goes on in it. */
export interface QueueActivity extends QueueFacts {
  /** Messages published a second, since the snapshot before; undefined if there is none. */
  readonly published: number | undefined;
  /** Summed over the subscriptions. */
  readonly inFlight: number;
  readonly backlog: number;
  readonly dead: number;
}

/** A subscription and how it keeps up. */
export interface SubscriptionActivity extends SubscriptionFacts {
  /** Messages a second that it settled or passed over; undefined if there is no snapshot before. */
  readonly settled: number | undefined;
  /**
   * Seconds until it has caught up at its present rate; undefined if it does not gain on the queue, or has caught up.
   */
  readonly caughtUpIn: number | undefined;
}

/** The activity of a server: queues by name, and the subscriptions that are behind, the furthest first. */
export interface Activity {
  readonly queues: readonly QueueActivity[];
  readonly slowest: readonly SubscriptionActivity[];
  /** Summed over the queues. */
  readonly published: number | undefined;
  readonly settled: number | undefined;
  readonly inFlight: number;
  readonly backlog: number;
  readonly dead: number;
}

/**
 * The activity between two snapshots.
 *
 * @param before undefined for the first snapshot, which has no rates.
 */
export function activity(before: Snapshot | undefined, after: Snapshot): Activity {
  const seconds = before === undefined ? undefined : (after.at - before.at) / 1000;
  const heads = new Map(before?.queues.map(({ queue, head }) => [queue, head]));
  const cursors = new Map(before?.subscriptions.map((one) => [key(one), done(one)]));
  const queues = after.queues
    .map((facts) => {
      const own = after.subscriptions.filter(({ queue }) => queue === facts.queue);
      return {
        ...facts,
        // A queue that is new since has published all it holds.
        published: rate(facts.head, heads.get(facts.queue) ?? 0, seconds),
        inFlight: sum(own.map(({ inFlight }) => inFlight)),
        backlog: sum(own.map(({ backlog }) => backlog)),
        dead: sum(own.map(({ dead }) => dead)),
      };
    })
    .sort((a, b) => a.queue.localeCompare(b.queue));
  const published = new Map(queues.map((one) => [one.queue, one.published]));
  const subscriptions = after.subscriptions.map((facts) => {
    // A subscription that is new, or was moved back by a seek, must not show a negative rate.
    const settled = rate(done(facts), cursors.get(key(facts)) ?? done(facts), seconds);
    return { ...facts, settled, caughtUpIn: caughtUpIn(facts, settled, published.get(facts.queue)) };
  });
  return {
    queues,
    slowest: subscriptions
      .filter(({ backlog, inFlight }) => backlog + inFlight > 0)
      .sort((a, b) => b.backlog - a.backlog || b.inFlight - a.inFlight || a.clientId.localeCompare(b.clientId)),
    published: seconds === undefined ? undefined : sum(queues.map((one) => one.published ?? 0)),
    settled: seconds === undefined ? undefined : sum(subscriptions.map((one) => one.settled ?? 0)),
    inFlight: sum(queues.map(({ inFlight }) => inFlight)),
    backlog: sum(queues.map(({ backlog }) => backlog)),
    dead: sum(queues.map(({ dead }) => dead)),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const key = ({ queue, clientId }: SubscriptionFacts): string => JSON.stringify([queue, clientId]);

/** How many messages a subscription is done with, counted from the beginning of the queue. */
const done = ({ next, inFlight }: SubscriptionFacts): number => next - 1 - inFlight;

const rate = (now: number, then: number, seconds: number | undefined): number | undefined =>
  seconds === undefined || seconds <= 0 ? undefined : Math.max(0, now - then) / seconds;

function caughtUpIn(facts: SubscriptionFacts, settled = 0, published = 0): number | undefined {
  const gain = settled - published;
  return facts.backlog > 0 && gain > 0 ? facts.backlog / gain : undefined;
}
