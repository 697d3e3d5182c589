import { REQUEST_LIFETIME_MS } from '../model/limits';
import type { SubscriptionKey } from '../model/subscription';
import type { Ports, WakeUp } from '../ports';

/**
 * Sees to a wake-up for what a request is about to make due: it comes when the request's process cannot live any more,
 * should that not live to send its own. To be called before it is stored.
 *
 * @returns the wake-up to send once it is stored.
 */
export async function wakeAhead(ports: Ports, { queue, shard, client }: SubscriptionKey): Promise<WakeUp> {
  const wakeUp: WakeUp = { kind: 'subscription', shard: { queue, shard }, client };
  await ports.wakeUps.send(wakeUp, REQUEST_LIFETIME_MS);
  return wakeUp;
}
