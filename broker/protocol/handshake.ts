import type { ClientId } from '../model/names';
import { clientId } from './fields';

/** The subprotocol of this version; echoed if it is offered. */
export const SUBPROTOCOL = 'holdfast.v1';

/**
 * Who wants to connect, by the `clientId` of the URL.
 *
 * @returns undefined if none is given; an error that says what was expected if it cannot be one.
 */
export function claimedClient(given: string | null | undefined): ClientId | undefined | { readonly error: string } {
  if (given === null || given === undefined) return undefined;
  const parsed = clientId.safeParse(given);
  return parsed.success ? parsed.data : { error: `clientId ${parsed.error.issues[0]?.message ?? 'is not valid'}` };
}
