import type { $brand } from 'zod/mini';
import type { ClientId, Time } from '../model/names';
import type { ClientPattern } from './clientPattern';
import type { Grants } from './grants';

/** The public part of an API key, by which it is listed and revoked. */
export type KeyId = string & $brand<'KeyId'>;

/** What a connection may do, until when, and by which key. */
export interface Access {
  readonly grants: Grants;
  /** When its credential expires. Left out: never, unless it is revoked. */
  readonly expiresAt?: Time;
  /** The API key it was given for, which may be revoked. Left out: it came with a token. */
  readonly key?: KeyId;
}

/** What a valid credential says about its holder. */
export interface Credential extends Access {
  /** Whom it speaks for. */
  readonly client: ClientPattern;
}

/** Who is connected. */
export interface Identity extends Access {
  readonly client: ClientId;
}

/** Whether a credential has expired. */
export const hasExpired = ({ expiresAt }: Pick<Access, 'expiresAt'>, now: Time): boolean =>
  expiresAt !== undefined && expiresAt <= now;
