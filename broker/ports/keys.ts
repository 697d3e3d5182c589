import type { ClientPattern } from '../access/clientPattern';
import type { Grants } from '../access/grants';
import type { KeyId } from '../access/identity';
import type { Time } from '../model/names';

/** An API key as it is kept, without its secret, which only its holder has. */
export interface Key {
  readonly key: KeyId;
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly hash: string;
  readonly client: ClientPattern;
  readonly grants: Grants;
  readonly createdAt: Time;
  /** Left out: it does not expire. */
  readonly expiresAt?: Time;
}

/** The API keys. Those that have expired stay until they are revoked. */
export interface KeyStore {
  /** Consistent: does not see one whose removal was answered. */
  get(key: KeyId): Promise<Key | undefined>;
  /** Keeps a new key. Durable when answered. */
  add(key: Key): Promise<void>;
  /**
   * Revokes a key. Durable when answered; its connections end by a `revocation` wake-up.
   *
   * @returns false if there was none.
   */
  remove(key: KeyId): Promise<boolean>;
  /** All, in the order in which they were made. */
  list(): Promise<readonly Key[]>;
}
