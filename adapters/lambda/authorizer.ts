import { admit } from '../../broker/access';
import type { Clock, Credentials } from '../../broker/ports';
import { ProtocolError } from '../../broker/protocol/errors';
import { claimedClient, presentedCredential } from '../../broker/protocol/handshake';
import { systemClock } from '../node/ambient';
import { encodeContext } from './accessContext';
import { headerOf } from './headers';
import { logged } from './log';

type Texts = Readonly<Record<string, string | undefined>> | null;

/** What API Gateway asks an authorizer of `$connect`, as far as it is read here. */
export interface AuthorizerEvent {
  readonly methodArn: string;
  readonly headers?: Texts;
  readonly queryStringParameters?: Texts;
}

/** The answer to API Gateway. */
export interface Decision {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly [
      { readonly Action: 'execute-api:Invoke'; readonly Effect: 'Allow' | 'Deny'; readonly Resource: string },
    ];
  };
  readonly context?: Readonly<Record<string, string>>;
}

const decide = (event: AuthorizerEvent, Effect: 'Allow' | 'Deny', principalId: string): Decision => ({
  principalId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: event.methodArn }],
  },
});

/** API Gateway refuses with 401 for an error of exactly this message, and with 500 for any other. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Decides on handshakes: 401 without a valid credential, 403 if the credential speaks for another client than the URL
 * names.
 *
 * @throws Error to be answered with 401; or whatever kept the credential from being checked, to be answered with 500.
 */
export const authorizer =
  (credentials: Credentials, clock: Clock = systemClock) =>
  async (event: AuthorizerEvent): Promise<Decision> => {
    const decision = await logged('authorize', async (note) => {
      const query = event.queryStringParameters ?? {};
      const credential = presentedCredential({
        authorization: headerOf(event, 'authorization'),
        token: query.token,
        protocols: headerOf(event, 'sec-websocket-protocol'),
      });
      try {
        if (credential === undefined) throw new ProtocolError('unauthenticated', 'a credential is needed');
        const verified = await credentials.verify(credential, clock.now());
        const claimed = claimedClient(query.clientId);
        // The function of $connect refuses it with 400, and says what was expected.
        if (typeof claimed === 'object') return decide(event, 'Allow', 'nobody');
        const identity = admit(verified, claimed);
        note({ client: identity.client });
        return { ...decide(event, 'Allow', identity.client), context: encodeContext(identity) };
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        note({ refused: error.message });
        return error.code === 'forbidden' ? decide(event, 'Deny', 'nobody') : undefined;
      }
    });
    if (decision === undefined) throw new Error(UNAUTHORIZED);
    return decision;
  };
