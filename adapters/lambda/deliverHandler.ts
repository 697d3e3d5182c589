import type { SQSBatchResponse } from 'aws-lambda';
import type { Ports } from '../../broker/ports';
import { inParallel } from '../parallel';
import type { Retries } from '../sqs';
import { deadlineOf, type TimeLeft } from './deadline';
import { logged } from './log';
import { type Errand, errandOf, type WakingRecord } from './records';
import { sharedMemory } from './sharedMemory';

/** Errands run at a time: each reads and pushes for up to 16 subscribers at once, as far as there is memory for it. */
const WIDTH = 32;
/**
 * The part of the 60 s that the function lives that is reserved: enough to push a page of frames to a slow connection.
 * Milliseconds.
 */
const RESERVE_MS = 20_000;
/**
 * Messages of the largest size, 30 KB, that are read and not pushed yet at a time: each is in memory as it came, as a
 * message and as a frame. As many can be pushed in the reserved time. They are the full windows of the 16 subscribers
 * that are served in parallel.
 */
const MESSAGES_IN_MEMORY = 1_600;
/** How soon a failed errand is tried again by itself. Milliseconds. */
const AGAIN_MS = 1_000;

type Handler = (event: { readonly Records: readonly WakingRecord[] }, context?: TimeLeft) => Promise<SQSBatchResponse>;

/** Records of one batch that ask for the same. */
interface Shared {
  readonly records: WakingRecord[];
  readonly ids: string[];
  readonly errand: Errand;
}

/**
 * Serves whatever woke it: messages, connections, wake-ups. Each distinct errand of a batch is served once. A failed
 * errand is tried again by itself, and does not affect the others. Near the function's time-out, the rest is left to
 * wake-ups.
 */
export const deliverHandler =
  (portsOf: () => Ports, retriesOf: () => Retries): Handler =>
  (event, context) =>
    logged('deliver', async (note) => {
      const ports = { ...portsOf(), ...deadlineOf(context, RESERVE_MS), memory: sharedMemory(MESSAGES_IN_MEMORY) };
      const shared = distinct(event.Records);
      const failed: string[] = [];
      await inParallel(shared, WIDTH, async (one) => {
        try {
          await one.errand.run(ports);
        } catch (error) {
          ports.reporter.warn('a wake-up failed and is tried again', { wakeUp: one.errand.key, error });
          if (!(await triedApart(ports, retriesOf, one))) failed.push(...one.ids);
        }
      });
      note({ records: event.Records.length, wakeUps: shared.length, failed: failed.length });
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    });

function distinct(records: readonly WakingRecord[]): Shared[] {
  const byKey = new Map<string, Shared>();
  for (const record of records) {
    const errand = errandOf(record);
    const before = byKey.get(errand.key);
    byKey.set(errand.key, {
      records: [...(before?.records ?? []), record],
      ids: [...(before?.ids ?? []), errand.id],
      errand,
    });
  }
  return [...byKey.values()];
}

/** Whether a wake-up was sent in place of the failed errand. If not, its records are to be reported as failed. */
async function triedApart(ports: Ports, retriesOf: () => Retries, { errand, records }: Shared): Promise<boolean> {
  try {
    if (errand.again === undefined) {
      for (const record of records)
        if ('messageId' in record)
          await retriesOf().soon(record.receiptHandle, Number(record.attributes.ApproximateReceiveCount));
      return false;
    }
    await ports.wakeUps.send(errand.again, AGAIN_MS);
    return true;
  } catch (error) {
    ports.reporter.warn('what failed could not be put off, and is tried again with all that came with it', { error });
    return false;
  }
}
