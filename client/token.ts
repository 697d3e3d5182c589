import { onAbort } from './onAbort';
import type { Timers } from './timers';

/** A credential, or a function that gets one. It is called before every attempt to connect. */
export type TokenSource = string | (() => string | Promise<string>);

/** How long a function may take to get a credential. Milliseconds. */
const TOKEN_MS = 30_000;

/** What a subprotocol may be made of (RFC 9110, section 5.6.2). */
const TOKEN_CHARACTERS = /^[\w!#$%&'*+.^`|~-]+$/;

/** Where to connect, and as whom. */
export interface Address {
  readonly url: string;
  readonly protocols: string[];
}

/**
 * The URL and the subprotocols of a connection. The token goes as a subprotocol, which is in no log of URLs, unless it
 * has characters that a subprotocol cannot have.
 *
 * @throws TypeError if `url` is none.
 */
export function addressOf(url: string, clientId: string | undefined, token: string | undefined): Address {
  const target = new URL(url);
  if (clientId !== undefined) target.searchParams.set('clientId', clientId);
  if (token === undefined) return { url: target.href, protocols: [] };
  if (TOKEN_CHARACTERS.test(token)) return { url: target.href, protocols: ['holdfast.v1', `token.${token}`] };
  target.searchParams.set('token', token);
  return { url: target.href, protocols: [] };
}

/**
 * Asks a function for a credential. It is given up if it takes too long: until it ends, nothing else tries to connect.
 *
 * @param over the client has ended: nothing is waited for any more.
 * @throws what the function throws, or that it took too long.
 */
export async function tokenFrom(
  token: () => string | Promise<string>,
  timers: Timers,
  over: AbortSignal,
): Promise<string> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = timers.after(TOKEN_MS, () => reject(new Error(`its function was not done within ${TOKEN_MS} ms`)));
  });
  const ignoreSignal = onAbort(over, cancel);
  try {
    return await Promise.race([token(), late]);
  } finally {
    cancel();
    ignoreSignal();
  }
}
