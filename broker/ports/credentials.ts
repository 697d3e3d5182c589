import type { Credential } from '../access/identity';
import type { Time } from '../model/names';

/** Checks credentials. */
export interface Credentials {
  /**
   * What a token or an API key says about its holder.
   *
   * @throws ProtocolError `unauthenticated`: it is not valid. The message says why, and repeats nothing of the
   * credential.
   * @throws Unavailable it could not be checked.
   */
  verify(text: string, now: Time): Promise<Credential>;
}
