/** How many subscriptions a queue has, and how many it ever placed in a shard. */
export interface Placed {
  readonly subscribers: number;
  readonly placed: number;
}

/** How many shards a queue needs that has `shards`: all that it has, and more when they are full. */
export const shardsFor = ({ subscribers }: Placed, shards: number, shardSize: number): number =>
  Math.max(shards, 1, Math.ceil(subscribers / shardSize));

/**
 * Whether so many subscriptions leave room enough in the shards there are. A tenth of it, lest they be counted again for
 * nearly every one that is placed.
 */
export const isRoomy = (subscribers: number, shards: number, shardSize: number): boolean =>
  subscribers <= 0.9 * shards * shardSize;

/**
 * The shard of the subscription that was placed last: they fill one after the other, and when as many were placed as
 * all of them take, some must have ended, nobody knows where, and they are served by turns.
 */
export const shardOfLast = ({ placed }: Placed, shards: number, shardSize: number): number =>
  placed <= shards * shardSize ? Math.floor((placed - 1) / shardSize) : placed % shards;
