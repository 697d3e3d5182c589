import { LISTED_EVENT_BYTES } from './limits';
import type { EventName, QueueName, Seq, Time } from './names';
import { byteLength } from './utf8';

/** What is known of a queue apart from its messages. */
export interface Queue {
  readonly queue: QueueName;
  /** The last number taken; 0 in a queue nobody published to. */
  readonly head: Seq;
  /** Until when the message at `head` is retained; 0 if there is none. */
  readonly headUntil: Time;
  /** The event names seen so far, sorted. A queue remembers a bounded number of them, of bounded length. */
  readonly events: readonly EventName[];
  readonly createdAt: Time;
  /** How many shards its subscriptions are spread over; at least 1. */
  readonly shards: number;
}

/** Whether a queue remembers an event of this name. */
export const isListed = (event: EventName): boolean => byteLength(event) <= LISTED_EVENT_BYTES;

/** The shard of a queue: its subscriptions live in it, and it is woken as one. */
export interface Shard {
  readonly queue: QueueName;
  readonly shard: number;
}

/** Unambiguous whatever the queue is called, for the number has no `#`. */
export const shardKey = ({ queue, shard }: Shard): string => `${shard}#${queue}`;

/** The inverse of {@link shardKey}. */
export function parseShardKey(key: string): Shard {
  const separator = key.indexOf('#');
  return { shard: Number(key.slice(0, separator)), queue: key.slice(separator + 1) as QueueName };
}
