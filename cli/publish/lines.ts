import { createInterface } from 'node:readline';
import type { ReadPayload } from './payload';

/** A line of the input that is to be published. */
export interface PayloadLine {
  /** From 1, empty lines counted. */
  readonly number: number;
  /** How many bytes of the input were read with it. */
  readonly read: number;
  readonly payload: unknown;
}

/** A line cannot be published; `published` says how many before it were. */
export class LineFailed extends Error {
  override readonly name = 'LineFailed';
  constructor(
    readonly line: number,
    readonly published: number,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`line ${line}: ${reason} (${published} published; the lines from ${line} on may not be)`, { cause });
  }
}

/**
 * The payloads of an input with one on each line; empty lines are passed over. It reads no further ahead than it is
 * asked to.
 *
 * @throws LineFailed at a line that is no payload.
 */
export async function* payloadLines(
  input: NodeJS.ReadableStream,
  read: ReadPayload,
  published: () => number,
): AsyncGenerator<PayloadLine> {
  let number = 0;
  let bytes = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    bytes += Buffer.byteLength(text) + 1;
    if (text.trim() === '') continue;
    let payload: unknown;
    try {
      payload = read(text);
    } catch (error) {
      throw new LineFailed(number, published(), error);
    }
    yield { number, read: bytes, payload };
  }
}
