import { DIGEST_CHARACTERS, type Digests } from './digest';

/** A text with a digest of it in front, for LMDB does not notice what changes on its disk. */
export const seal = (digests: Digests, text: string): string => digests.ofText(text) + text;

/** The text that was sealed; undefined if it is another now. */
export function unseal(digests: Digests, sealed: string): string | undefined {
  const text = sealed.slice(DIGEST_CHARACTERS);
  return sealed.startsWith(digests.ofText(text)) ? text : undefined;
}
