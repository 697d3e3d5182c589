import { type Credential, hasExpired } from '../../broker/access';
import type { Credentials, KeyStore } from '../../broker/ports';
import { ProtocolError } from '../../broker/protocol/errors';
import { hashOf, isSameHash, parseKey } from './secret';

const refused = (fault: string) => new ProtocolError('unauthenticated', `the API key ${fault}`);

/** API keys as credentials. */
export class KeyCredentials implements Credentials {
  constructor(private readonly keys: Pick<KeyStore, 'get'>) {}

  async verify(text: string, now: number): Promise<Credential> {
    const given = parseKey(text);
    if (given === undefined) throw refused('must be one as holdfast keys create shows it: hf_…');
    const found = await this.keys.get(given.key);
    if (found === undefined || !isSameHash(found.hash, hashOf(given.secret)))
      throw refused('is not known: perhaps it was revoked');
    if (hasExpired(found, now)) throw refused('has expired');
    const { key, client, grants, expiresAt } = found;
    return { key, client, grants, ...(expiresAt === undefined ? {} : { expiresAt }) };
  }
}
