import { ENVELOPE_BYTES, MESSAGES } from './limits';

/** A message to publish, ready to be sent. */
export interface Outgoing {
  readonly queue: string;
  /** The message as JSON. */
  readonly text: string;
  /** Bytes of the text. */
  readonly bytes: number;
  /** Sent in a frame of its own, since a shared frame was refused. */
  alone?: boolean;
}

/**
 * How many of the waiting messages go into the next frame: messages of one queue, in order, as many as fit.
 *
 * @param frameBytes that a frame may have.
 * @param messages likewise.
 * @returns at least 1 if any wait.
 */
export function nextBatch(waiting: readonly Outgoing[], frameBytes: number, messages = MESSAGES): number {
  const [first] = waiting;
  if (first === undefined) return 0;
  let bytes = ENVELOPE_BYTES + first.bytes;
  let count = 1;
  for (const next of waiting.slice(1, messages)) {
    bytes += next.bytes + 1;
    if (next.queue !== first.queue || first.alone || next.alone || bytes > frameBytes) break;
    count += 1;
  }
  return count;
}

/** The publish frame of a batch. */
export const frameOf = (batch: readonly Outgoing[]): string =>
  `{"action":"publish","queue":${JSON.stringify(batch[0]?.queue)},"messages":[${batch.map(({ text }) => text).join(',')}]}`;
