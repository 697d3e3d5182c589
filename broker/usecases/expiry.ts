import type { Connection } from '../model/connection';
import { isAnonymous, type Time } from '../model/names';
import type { SubscriptionKey } from '../model/subscription';
import type { Ports } from '../ports';

/** When a subscription ends if its client does not connect from `now` on. An anonymous client never comes back. */
export const expiryFrom = (ports: Ports, key: Pick<SubscriptionKey, 'client'>, now: Time): Time =>
  now + (isAnonymous(key.client) ? 0 : ports.settings.subscriptionExpiry);

/** When a subscription ends if this is its last connection, and the end of the connection is never noticed. */
export const expiryWith = (ports: Ports, key: Pick<SubscriptionKey, 'client'>, connection: Connection): Time =>
  expiryFrom(ports, key, connection.expiresAt);
