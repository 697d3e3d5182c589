import { fstatSync } from 'node:fs';
import pMap, { pMapSkip } from 'p-map';
import type { Holdfast } from '../../client';
import { showProgress } from '../output/progress';
import type { Patience } from '../patience';
import { LineFailed, type PayloadLine, payloadLines } from './lines';
import type { ReadPayload } from './payload';

/** What is the same for all messages. */
export interface Batch {
  readonly queue: string;
  readonly event: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Line n gets the id `PREFIX-n`. Left out: each gets one of its own. */
  readonly idPrefix: string | undefined;
}

/** The result of publishing many. */
export interface Published {
  readonly published: number;
  /** Of these, how many had been published before under the same id. */
  readonly duplicates: number;
}

/** How many publishes may wait for answers: enough to fill frames, few enough to stop soon after a failure. */
const OUTSTANDING = 400;
/** From this many lines on, a progress bar is shown. */
const MANY = 100;

/**
 * Publishes each line of an input as a message, in order, and shows how far it is, if there are many. At a failure it
 * stops, and waits for the answers that are outstanding.
 *
 * @param patience how long none of the answers may come.
 * @throws LineFailed the first line that is no payload, or that the server refuses or does not answer, with how many
 * were published.
 */
export async function publishLines(
  holdfast: Pick<Holdfast, 'publish'>,
  input: NodeJS.ReadableStream,
  read: ReadPayload,
  { queue, event, headers, idPrefix }: Batch,
  patience: Patience,
): Promise<Published> {
  const size = sizeOf(input);
  let progress: ReturnType<typeof showProgress> | undefined;
  let published = 0;
  let duplicates = 0;
  const outstanding = new Set<Promise<void>>();
  const failures: LineFailed[] = [];
  const publish = async ({ number, read: bytes, payload }: PayloadLine): Promise<void> => {
    const id = idPrefix === undefined ? {} : { id: `${idPrefix}-${number}` };
    try {
      const { duplicate } = await patience.wait((signal) =>
        holdfast.publish(queue, event, payload, { headers, ...id, signal }),
      );
      if (duplicate) duplicates += 1;
    } catch (error) {
      const failure = new LineFailed(number, error);
      failures.push(failure);
      throw failure;
    }
    published += 1;
    if (published === MANY && process.stderr.isTTY) progress = showProgress(size, 'published');
    progress?.update(bytes, published);
  };
  try {
    await pMap(
      payloadLines(input, read),
      async (line) => {
        const answer = publish(line);
        outstanding.add(answer);
        await answer.finally(() => outstanding.delete(answer));
        return pMapSkip;
      },
      { concurrency: OUTSTANDING },
    );
  } catch (error) {
    // What was sent may yet be stored, or fail at a line before this one.
    await Promise.allSettled(outstanding);
    if (!(error instanceof LineFailed)) throw error;
    const first = failures.reduce((least, one) => (one.line < least.line ? one : least), error);
    throw new LineFailed(first.line, first.cause, published);
  } finally {
    progress?.stop();
  }
  return { published, duplicates };
}

/** How many bytes there are to read; undefined for a pipe or a terminal. */
function sizeOf(input: NodeJS.ReadableStream): number | undefined {
  if (!('fd' in input) || typeof input.fd !== 'number') return undefined;
  const file = fstatSync(input.fd);
  return file.isFile() ? file.size : undefined;
}
