import { catchUp } from '../decide/attach';
import { backlogOf, type SubscriptionKey } from '../model/subscription';
import { type Ports, subscriptionWakeUp } from '../ports';
import type { RequestOf } from '../protocol/requests';
import { change, findKey, notSubscribed } from './change';
import type { Caller, Outcome } from './outcome';

/** Makes everything in flight due. The wake-up delivers it, and as much of the backlog as fits the window. */
export async function catchup(ports: Ports, caller: Caller, request: RequestOf<'catchup'>): Promise<Outcome> {
  const { queue } = request;
  const keys = await keysOf(ports, caller, request);
  const queues = await ports.queues.getMany(keys.map((key) => key.queue));
  let redelivered = 0;
  let backlog = 0;
  for (const key of keys) {
    const changed = await change(ports, key, catchUp);
    // A subscription that has ended by itself may still be in the directory.
    if (changed === undefined && queue !== undefined) throw notSubscribed(queue);
    if (changed === undefined) continue;
    redelivered += changed.decision.redelivered;
    backlog += backlogOf(changed.subscription, queues.get(key.queue)?.head ?? 0);
  }
  return {
    reply: { type: 'catchup', ref: request.ref, ...(queue === undefined ? {} : { queue }), redelivered, backlog },
    wakeUps: keys.map(subscriptionWakeUp),
  };
}

async function keysOf(
  ports: Ports,
  caller: Caller,
  { queue }: RequestOf<'catchup'>,
): Promise<readonly SubscriptionKey[]> {
  if (queue === undefined) return (await ports.clients.get(caller.client, ports.clock.now())).subscriptions;
  const key = await findKey(ports, caller, queue);
  if (key === undefined) throw notSubscribed(queue);
  return [key];
}
