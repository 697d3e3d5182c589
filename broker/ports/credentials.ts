import type { Credential } from '../access/identity';
import type { Time } from '../model/names';

/** Tells good credentials from others. */
export interface Credentials {
  /**
   * What a token or an API key says of who presents it.
   *
   * @throws ProtocolError `unauthenticated`: it is not good; the message says why, and nothing that is in it.
   * @throws Unavailable it could not be found out.
   */
  verify(text: string, now: Time): Promise<Credential>;
}
