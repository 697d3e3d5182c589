import { REQUEST_LIFETIME_MS } from '../model/limits';
import type { SubscriptionKey } from '../model/subscription';
import { type Ports, subscriptionWakeUp, type WakeUp } from '../ports';

/** As `sendAhead`, for one subscription. */
export const wakeAhead = (ports: Ports, key: SubscriptionKey): Promise<WakeUp> =>
  sendAhead(ports, subscriptionWakeUp(key));

/**
 * Sends a wake-up for what a request is about to make due. It comes when the request's process cannot live any more, in
 * case that process dies before it sends its own. To be called before the state is stored.
 *
 * @returns the wake-up to send once the state is stored.
 */
export async function sendAhead(ports: Ports, wakeUp: WakeUp): Promise<WakeUp> {
  await ports.wakeUps.send(wakeUp, REQUEST_LIFETIME_MS);
  return wakeUp;
}
