import type { ClientId } from '../model/names';
import { ProtocolError } from '../protocol/errors';
import { onlyClient, speaksFor } from './clientPattern';
import type { Credential, Identity } from './identity';

/**
 * Decides in whose name a connection is made.
 *
 * @param claimed the `clientId` of the URL. It must be one that the credential speaks for; it may be left out where
 * that is only one.
 * @throws ProtocolError `forbidden`.
 */
export function admit({ client: pattern, ...access }: Credential, claimed: ClientId | undefined): Identity {
  const client = claimed ?? onlyClient(pattern);
  if (client === undefined)
    throw new ProtocolError('forbidden', `clientId must be given: your credential speaks for any of ${pattern}`);
  if (!speaksFor(pattern, client))
    throw new ProtocolError('forbidden', `clientId must be ${pattern}, whom your credential speaks for`);
  return { ...access, client };
}
