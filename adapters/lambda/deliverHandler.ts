import type { SQSBatchResponse } from 'aws-lambda';
import type { Ports } from '../../broker/ports';
import { inParallel } from '../dynamodb/parallel';
import { logged } from './log';
import { type Errand, errandOf, type WakingRecord } from './records';

/** Errands run at a time: each reads and pushes for up to 16 subscribers at once. */
const WIDTH = 32;

/**
 * Serves whatever woke it: messages, connections, wake-ups. Each distinct one of a batch is served once; those that
 * fail are reported, to be tried again, and cost nobody else.
 */
export const deliverHandler =
  (portsOf: () => Ports) =>
  (event: { readonly Records: readonly WakingRecord[] }): Promise<SQSBatchResponse> =>
    logged('deliver', async (note) => {
      const ports = portsOf();
      const errands = distinct(event.Records.map(errandOf));
      const failed: string[] = [];
      await inParallel(errands, WIDTH, async ({ ids, errand }) => {
        try {
          await errand.run(ports);
        } catch (error) {
          ports.reporter.warn('a wake-up failed and is tried again', { wakeUp: errand.key, error });
          failed.push(...ids);
        }
      });
      note({ records: event.Records.length, wakeUps: errands.length, failed: failed.length });
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    });

function distinct(errands: readonly Errand[]): { ids: string[]; errand: Errand }[] {
  const byKey = new Map<string, { ids: string[]; errand: Errand }>();
  for (const errand of errands) {
    const ids = byKey.get(errand.key)?.ids ?? [];
    byKey.set(errand.key, { ids: [...ids, errand.id], errand });
  }
  return [...byKey.values()];
}
