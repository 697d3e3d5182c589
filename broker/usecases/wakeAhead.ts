import { REQUEST_LIFETIME_MS } from '../model/limits';
import type { SubscriptionKey } from '../model/subscription';
import { type Ports, subscriptionWakeUp, type WakeUp } from '../ports';

/** Sees to a wake-up for what a request is about to make due for a subscription, as `sendAhead` does for any. */
export const wakeAhead = (ports: Ports, key: SubscriptionKey): Promise<WakeUp> =>
  sendAhead(ports, subscriptionWakeUp(key));

/**
 * Sees to a wake-up for what a request is about to make due: it comes when the request's process cannot live any more,
 * should that not live to send its own. To be called before it is stored.
 *
 * @returns the wake-up to send once it is stored.
 */
export async function sendAhead(ports: Ports, wakeUp: WakeUp): Promise<WakeUp> {
  await ports.wakeUps.send(wakeUp, REQUEST_LIFETIME_MS);
  return wakeUp;
}
