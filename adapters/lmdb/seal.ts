import { digestOf } from './digest';

const DIGEST_BYTES = 6;
const SEAL_CHARACTERS = 8;

const sealOf = (text: string): string => digestOf(text, DIGEST_BYTES).toString('base64url');

/** A text with a digest of it in front, for LMDB does not notice what changes on its disk. */
export const seal = (text: string): string => sealOf(text) + text;

/** The text that was sealed; undefined if it is another now. */
export function unseal(sealed: string): string | undefined {
  const text = sealed.slice(SEAL_CHARACTERS);
  return sealed.startsWith(sealOf(text)) ? text : undefined;
}
