import type { FunctionName } from './permissions';

/** How much a function is given, and how much it is handed at a time: what its cost depends on. */

/** Memory of a function that answers a route, and of `deliver`. MB; Lambda gives processing power in proportion. */
export const ROUTE_MEMORY = 512;
export const DELIVER_MEMORY = 1024;

export const memoryOf = (name: FunctionName): number => (name === 'deliver' ? DELIVER_MEMORY : ROUTE_MEMORY);

/** Records of a stream handed over at once: many of a burst wake the same queue, which is served once. */
export const STREAM_BATCH = 500;
/** Wake-ups handed over at once. One: each is a shard, or a timer of one, and has a function to itself. */
export const WAKE_UP_BATCH = 1;
