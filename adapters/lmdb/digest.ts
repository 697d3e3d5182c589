import xxhash from 'xxhash-wasm';

/** Bytes of a digest. */
export const DIGEST_BYTES = 8;
/** The same as text: hexadecimal digits. */
export const DIGEST_CHARACTERS = 2 * DIGEST_BYTES;

/**
 * Detects accidental change by a checksum. XXH64 takes a fraction of the time of a cryptographic digest, and does not
 * protect against deliberate change.
 */
export interface Digests {
  readonly ofBytes: (data: Uint8Array) => bigint;
  /** @returns {@link DIGEST_CHARACTERS} of them. */
  readonly ofText: (text: string) => string;
}

export async function loadDigests(): Promise<Digests> {
  const { h64Raw, h64ToString } = await xxhash();
  return { ofBytes: (data) => h64Raw(data), ofText: (text) => h64ToString(text) };
}
