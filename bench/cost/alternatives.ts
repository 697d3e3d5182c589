import { type Prices, priceOf } from './prices';
import type { Measured } from './workloads';

/** What the same work costs elsewhere, and what is missing there. */
export interface Alternative {
  readonly name: string;
  readonly without: string;
  /** US dollars for the whole workload, publishes included. */
  cost(workload: Measured, prices: Prices): number;
}

/** Messages that SNS takes, and SQS hands out and deletes, in one request. */
const SQS_BATCH = 10;
/** A consumer that waits with long polling asks anew after so many seconds. */
const LONG_POLL_SECONDS = 20;

/** A message here is below 5 KB, the step of AppSync and IoT Core. */
export const ALTERNATIVES: readonly Alternative[] = [
  {
    name: 'AppSync Events',
    without: 'no acks, no retention: who is away, or loses a frame, misses it',
    cost: (
      { published, delivered, connectionMinutes },
      { appsyncEvents: { operations, connectionMinutes: minutes } },
    ) => priceOf(published + delivered, operations) + priceOf(connectionMinutes, minutes),
  },
  {
    name: 'AWS IoT Core',
    without:
      'MQTT, QoS 1 with persistent sessions: kept for an hour (at most 7 days) for who is away; no dead letters, no replay, a PUBACK for each message',
    cost: ({ published, delivered, connectionMinutes }, { iotCore: { messages, connectionMinutes: minutes } }) =>
      priceOf(published + 2 * delivered, messages) + priceOf(connectionMinutes, minutes),
  },
  {
    name: 'SNS + SQS',
    without:
      'no push: a queue for each subscriber, who polls it with AWS credentials (not from a browser); kept for 14 days; no replay; order and exactly-once only as FIFO, at other prices',
    cost: (workload, { snsSqs }) =>
      priceOf(Math.max(workload.publishes, workload.published / SQS_BATCH), snsSqs.publishes) +
      priceOf(sqsRequests(workload), snsSqs.requests),
  },
];

/** Receives bring one message if they come one at a time, and ten of a burst; deletes are gathered as the acks are. */
function sqsRequests({ published, publishes, delivered, acks, connectionMinutes }: Measured): number {
  const isBurst = published > publishes;
  const receives = isBurst ? delivered / SQS_BATCH : delivered;
  const deletes = Math.max(acks, delivered / SQS_BATCH);
  const waits = published === 0 ? (connectionMinutes * 60) / LONG_POLL_SECONDS : 0;
  return receives + deletes + waits;
}
