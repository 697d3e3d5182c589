const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Encoding into an existing buffer is several times as fast as into new ones. */
const scratch = new Uint8Array(65_536);

/** How many bytes a text takes in UTF-8; a lone surrogate takes 3, those of the character that is put in its place. */
export function byteLength(text: string): number {
  const { read, written } = encoder.encodeInto(text, scratch);
  return read === text.length ? written : encoder.encode(text).length;
}

/** A text without halves of characters, such as a cut leaves: they have no UTF-8 form, and DynamoDB refuses them. */
export const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '');

/** A text as characters that are safe anywhere (RFC 4648, section 5, without padding). */
export const toBase64Url = (text: string): string =>
  btoa(String.fromCharCode(...encoder.encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** The inverse; undefined if it is not such a text. */
export function fromBase64Url(encoded: string): string | undefined {
  try {
    const bytes = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
    return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
