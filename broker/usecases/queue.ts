import type { QueueName } from '../model/names';
import type { Queue, Shard } from '../model/queue';
import type { Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';

/** All shards of a queue. */
export const shardsOf = ({ queue, shards }: Pick<Queue, 'queue' | 'shards'>): Shard[] =>
  Array.from({ length: shards }, (_, shard) => ({ queue, shard }));

/** @throws ProtocolError `not_found`. */
export async function existingQueue(ports: Ports, name: QueueName | undefined): Promise<Queue> {
  const queue = name === undefined ? undefined : await ports.queues.get(name);
  if (queue === undefined)
    throw new ProtocolError('not_found', 'there is no such queue: nobody published or subscribed to it', 'queue');
  return queue;
}
