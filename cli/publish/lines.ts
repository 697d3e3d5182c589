import { createInterface } from 'node:readline';
import { Misuse } from '../exitCode';
import type { ReadPayload } from './payload';

/** A line of the input that is to be published. */
export interface PayloadLine {
  /** From 1, empty lines counted. */
  readonly number: number;
  /** How many bytes of the input were read with it. */
  readonly read: number;
  readonly payload: unknown;
}

/** A line cannot be published. */
export class LineFailed extends Error {
  override readonly name = 'LineFailed';

  /** @param published how many lines were, once that is known. */
  constructor(
    readonly line: number,
    cause: unknown,
    published?: number,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const count = published === undefined ? '' : ` (${published} published; the lines from ${line} on may not be)`;
    super(`line ${line}: ${reason}${count}`, { cause });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param line a character for each byte. @throws Misuse if they are not UTF-8. */
function decoded(line: string): string {
  try {
    return utf8.decode(Buffer.from(line, 'latin1'));
  } catch {
    throw new Misuse('it is not UTF-8: convert it first, such as with iconv');
  }
}

/**
 * The payloads of an input with one on each line; empty lines are passed over. Reads no further ahead than its caller
 * asks for.
 *
 * @throws LineFailed at a line that is no payload.
 */
export async function* payloadLines(input: NodeJS.ReadableStream, read: ReadPayload): AsyncGenerator<PayloadLine> {
  let number = 0;
  let bytes = 0;
  // One character for each byte, to be decoded line by line: decoding the stream would silently replace invalid UTF-8.
  input.setEncoding('latin1');
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    bytes += line.length + 1;
    if (line.trim() === '') continue;
    let payload: unknown;
    try {
      payload = read(decoded(line));
    } catch (error) {
      throw new LineFailed(number, error);
    }
    yield { number, read: bytes, payload };
  }
}
