import type { IncomingMessage } from 'node:http';
import { JwtCredentials } from '../adapters/jwt';
import { KeyCredentials } from '../adapters/keys';
import {
  type Access,
  admit,
  type ClientId,
  type Clock,
  type Credentials,
  claimedClient,
  type KeyStore,
  ProtocolError,
  presentedCredential,
  type Reporter,
} from '../broker';
import type { AuthOptions } from './authOptions';

/**
 * An admitted client. `client` is undefined if it gave no name and needs none; `access`, if there is no access control.
 */
export interface Admitted {
  readonly client: ClientId | undefined;
  readonly access?: Access;
}

/** A handshake that is refused, with an HTTP status. */
export interface Refused {
  readonly status: 400 | 401 | 403 | 503;
  readonly message: string;
}

/** Decides on a handshake. */
export type Admit = (request: IncomingMessage) => Promise<Admitted | Refused>;

/** Checks credentials; undefined if none are required. */
export function credentialsOf(options: AuthOptions, keys: KeyStore): Credentials | undefined {
  const { auth, jwtIssuer: issuer, jwtAudience: audience } = options;
  if (auth === 'keys') return new KeyCredentials(keys);
  if (auth === 'none') return undefined;
  if (issuer === undefined || audience === undefined) throw new Error('--auth jwt needs an issuer and an audience');
  return new JwtCredentials({
    issuer,
    audience,
    clientClaim: options.jwtClientClaim,
    grantsClaim: options.jwtGrantsClaim,
  });
}

/** @param credentials undefined: everybody is let in, under any name. */
export const admission =
  (credentials: Credentials | undefined, { clock, reporter }: { clock: Clock; reporter: Reporter }): Admit =>
  async ({ url = '/', headers }) => {
    const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
    const claimed = claimedClient(query.get('clientId'));
    if (typeof claimed === 'object') return { status: 400, message: claimed.error };
    if (credentials === undefined) return { client: claimed };
    const credential = presentedCredential({
      authorization: headers.authorization,
      token: query.get('token'),
      protocols: headers['sec-websocket-protocol'],
    });
    if (credential === undefined)
      return {
        status: 401,
        message: 'a credential is needed: Authorization: Bearer …, ?token=…, or the subprotocol token.…',
      };
    try {
      const { client, ...access } = admit(await credentials.verify(credential, clock.now()), claimed);
      return { client, access };
    } catch (error) {
      if (error instanceof ProtocolError)
        return { status: error.code === 'forbidden' ? 403 : 401, message: error.message };
      reporter.warn('a credential could not be checked', { error });
      return { status: 503, message: 'credentials cannot be checked at present: try again' };
    }
  };
