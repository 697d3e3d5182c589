import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyId } from '../../broker/access';

const ID_BYTES = 10;
/** As many bytes as the hash has. Nobody can guess so long a secret, so a plain hash of it may be stored. */
const SECRET_BYTES = 32;
const SHAPE = /^hf_([0-9a-f]{20})_([A-Za-z0-9_-]{43})$/;

/** Whether a text may be the id of a key; nothing else may become part of a path. */
export const isKeyId = (text: string): text is KeyId => /^[0-9a-f]{20}$/.test(text);

/** A key that was just made. */
export interface NewKey {
  readonly key: KeyId;
  /** `hf_…`: what its holder presents. Kept nowhere. */
  readonly text: string;
  readonly hash: string;
}

/** Makes a random key. */
export function newKey(): NewKey {
  const key = randomBytes(ID_BYTES).toString('hex') as KeyId;
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { key, text: `hf_${key}_${secret}`, hash: hashOf(secret) };
}

/** Takes apart a key as its holder presents it; undefined if it is not one. */
export function parseKey(text: string): { readonly key: KeyId; readonly secret: string } | undefined {
  const [, key, secret] = SHAPE.exec(text) ?? [];
  return key !== undefined && secret !== undefined && isKeyId(key) ? { key, secret } : undefined;
}

/** What is kept of a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Compares hashes without telling, by the time it takes, where they differ. */
export function isSameHash(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
