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

/** Where a handshake may carry a credential. */
export interface Presented {
  /** The `Authorization` header. */
  readonly authorization?: string | null | undefined;
  /** The `token` of the URL. */
  readonly token?: string | null | undefined;
  /** The `Sec-WebSocket-Protocol` header: browsers can set no other. */
  readonly protocols?: string | null | undefined;
}

const TOKEN_PROTOCOL = 'token.';

/** The credential of a handshake. The header comes before the URL, and the URL before the subprotocols. */
export function presentedCredential({ authorization, token, protocols }: Presented): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const offered = (protocols ?? '').split(',').map((protocol) => protocol.trim());
  const protocol = offered.find((one) => one.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
  return bearer ?? (token || protocol || undefined);
}
