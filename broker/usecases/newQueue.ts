import type { QueueName } from '../model/names';
import type { Ports } from '../ports';
import { RateLimited } from '../protocol/errors';
import type { Caller } from './outcome';

const HOUR_MS = 3_600_000;

/**
 * Lets a client create a queue unless it has created too many in this hour. A queue is kept for ever.
 *
 * @throws RateLimited
 */
export async function allowNewQueue(ports: Ports, caller: Pick<Caller, 'client'>, queue: QueueName): Promise<void> {
  const limit = ports.settings.quotas['client.queues'];
  if (limit === Number.POSITIVE_INFINITY || (await ports.queues.exists(queue))) return;
  const now = ports.clock.now();
  const hour = Math.floor(now / HOUR_MS);
  if (await ports.clients.countQueue(caller.client, queue, hour, limit)) return;
  throw new RateLimited(
    `queue is one too many: a client may bring ${limit} new queues into being in an hour`,
    Math.ceil(((hour + 1) * HOUR_MS - now) / 1_000),
    'queue',
  );
}
