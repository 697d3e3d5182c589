import type { QueueName } from '../model/names';
import type { Queue, Shard } from '../model/queue';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';

const PAGE = 100;

/** All shards of a queue. */
export const shardsOf = ({ queue, shards }: Queue): Shard[] =>
  Array.from({ length: shards }, (_, shard) => ({ queue, shard }));

/** Every subscription of a queue. */
export async function* allSubscriptions(ports: Ports, queue: Queue): AsyncGenerator<Subscription> {
  let cursor: string | undefined;
  do {
    const page = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const found = await ports.subscriptions.list(shardsOf(queue), page, ports.clock.now());
    yield* found.items;
    cursor = found.cursor;
  } while (cursor !== undefined);
}

/** @throws ProtocolError `not_found`. */
export async function existingQueue(ports: Ports, name: QueueName | undefined): Promise<Queue> {
  const queue = name === undefined ? undefined : await ports.queues.get(name);
  if (queue === undefined)
    throw new ProtocolError('not_found', 'there is no such queue: nobody published or subscribed to it', 'queue');
  return queue;
}
