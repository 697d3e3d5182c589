import { DIGEST_CHARACTERS, type Digests } from './digest';

/** A text with its digest in front, since LMDB does not detect damage on its disk. */
export const seal = (digests: Digests, text: string): string => digests.ofText(text) + text;

/** The text that was sealed; undefined if it has changed. */
export function unseal(digests: Digests, sealed: string): string | undefined {
  const text = sealed.slice(DIGEST_CHARACTERS);
  return sealed.startsWith(digests.ofText(text)) ? text : undefined;
}
