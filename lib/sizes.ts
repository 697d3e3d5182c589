import type { FunctionName } from './permissions';

/** The memory of functions and the sizes of their batches, on which the cost depends. */

/** Memory of a function that answers a route, and of `deliver`. MB; Lambda gives processing power in proportion. */
const ROUTE_MEMORY = 512;
const DELIVER_MEMORY = 1024;

export const memoryOf = (name: FunctionName): number => (name === 'deliver' ? DELIVER_MEMORY : ROUTE_MEMORY);

/** Records of a stream handed over at once: many of a burst wake the same queue, which is served once. */
export const STREAM_BATCH = 500;
/** Wake-ups handed over at once. One: each is a shard, or a timer of one, and has a function to itself. */
export const WAKE_UP_BATCH = 1;
/**
 * How many wake-ups are served at a time by default: a tenth of the concurrency of an account, so that a burst leaves
 * functions to connects and publishes. It is enough to push more than API Gateway takes, 10,000 frames a second.
 */
export const WAKE_UPS_AT_ONCE = 100;
/**
 * How many batches of one shard of a stream are served at a time by default: the most that Lambda allows. Each
 * partition key is in one of them: a queue, or a connection, waits only for those that share its batch.
 */
export const BATCHES_OF_SHARD = 10;
