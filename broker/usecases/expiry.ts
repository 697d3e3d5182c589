import type { Connection } from '../model/connection';
import { isAnonymous, type Time } from '../model/names';
import type { SubscriptionKey } from '../model/subscription';
import type { Ports } from '../ports';

/** When a subscription ends if nobody connects to it from `now` on; an anonymous one has nobody else. */
export const expiryFrom = (ports: Ports, key: Pick<SubscriptionKey, 'client'>, now: Time): Time =>
  now + (isAnonymous(key.client) ? 0 : ports.settings.subscriptionExpiry);

/** When it ends if this connection is the last, and its end is never seen. */
export const expiryWith = (ports: Ports, key: Pick<SubscriptionKey, 'client'>, connection: Connection): Time =>
  expiryFrom(ports, key, connection.expiresAt);
