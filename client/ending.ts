import { Dismissed, Forbidden, type HoldfastError, Unauthenticated } from './errors';

/** How a connection, or an attempt to make one, ended. */
export interface Ending {
  /** The code of its goodbye, or else of its close frame. */
  readonly code?: number;
  /** The HTTP status that it was refused with, where the platform tells it (browsers do not). */
  readonly status?: number;
  readonly reason: string;
}

/** What to do after a connection has ended. */
export type Next = { readonly reconnect: 'now' | 'later' } | { readonly stop: HoldfastError };

/** Sent to a connection whose credential is no longer valid. */
const CREDENTIAL_OVER = 4001;

/**
 * Decides whether to connect again.
 *
 * @param renews whether the next try will have another token.
 */
export function afterEnding({ code = 0, status, reason }: Ending, renews: boolean): Next {
  if (status === 401 || code === CREDENTIAL_OVER) {
    if (!renews) return { stop: new Unauthenticated(reason) };
    return { reconnect: status === 401 ? 'later' : 'now' };
  }
  if (status === 403) return renews ? { reconnect: 'later' } : { stop: new Forbidden(reason) };
  // Of all 4xx, 429 alone says nothing against the request.
  if (status !== undefined && status >= 400 && status < 500 && status !== 429)
    return { stop: new Dismissed(reason, status) };
  if (code >= 4000 && code < 4100) return { stop: new Dismissed(reason, code) };
  return { reconnect: code >= 4200 && code < 4300 ? 'now' : 'later' };
}
