/** How many subscriptions a queue has, and how many it ever placed in a shard. */
export interface Placed {
  readonly subscribers: number;
  readonly placed: number;
}

/** How many shards a queue needs: at least the `shards` it has, and more when those are full. */
export const shardsFor = ({ subscribers }: Placed, shards: number, shardSize: number): number =>
  Math.max(shards, 1, Math.ceil(subscribers / shardSize));

/**
 * Whether a tenth of the room in the existing shards is free. With less, nearly every placement would count the
 * subscriptions again.
 */
export const isRoomy = (subscribers: number, shards: number, shardSize: number): boolean =>
  subscribers <= 0.9 * shards * shardSize;

/**
 * The shard of the subscription that was placed last. Shards are filled one after the other. Once as many were placed
 * as all shards take, some subscriptions must have ended, in unknown shards, so that the shards take turns.
 */
export const shardOfLast = ({ placed }: Placed, shards: number, shardSize: number): number =>
  placed <= shards * shardSize ? Math.floor((placed - 1) / shardSize) : placed % shards;
