const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Encoding into an existing buffer is several times as fast as into new ones. */
const scratch = new Uint8Array(65_536);

/** How many bytes a text takes in UTF-8; a lone surrogate takes 3, those of the character that is put in its place. */
export function byteLength(text: string): number {
  const { read, written } = encoder.encodeInto(text, scratch);
  return read === text.length ? written : encoder.encode(text).length;
}

/** Bytes that a UTF-16 unit takes in UTF-8 at most. */
export const LONGEST_CHARACTER = 3;
const POOL_BYTES = 16_384;
/** A text that may be longer gets a buffer of its own: what is left of a pool is wasted. */
const POOLED_BYTES = POOL_BYTES / 4;
let pool = new Uint8Array(POOL_BYTES);
let used = 0;

/** A text in UTF-8. Short ones share buffers, as Node's do: making one takes longer than encoding. */
export function encode(text: string): Uint8Array {
  const most = text.length * LONGEST_CHARACTER;
  if (most > POOLED_BYTES) return encoder.encode(text);
  if (used + most > POOL_BYTES) {
    pool = new Uint8Array(POOL_BYTES);
    used = 0;
  }
  const start = used;
  used += encoder.encodeInto(text, pool.subarray(start)).written;
  return pool.subarray(start, used);
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
