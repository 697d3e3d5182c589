import { ulid } from 'ulid';
import { dynamodbStores } from '../adapters/dynamodb';
import { DEFAULT_SETTINGS } from '../broker/model/limits';
import type { ClientId, EventName, JsonText, QueueName } from '../broker/model/names';
import type { Draft, MessageLog } from '../broker/ports';
import { testTables } from '../test/contract/dynamodb';
import { meter, type Units } from './meter';

/** What one message costs in DynamoDB, by what is done with it. */
export interface CapacityRow extends Units {
  readonly what: string;
}

const QUEUE = 'Database Events' as QueueName;
/** A JSON text of 200 bytes. */
const PAYLOAD = JSON.stringify('x'.repeat(198)) as JsonText;

const draft = (idempotent: boolean): Draft => ({
  id: ulid(),
  idempotent,
  event: 'add' as EventName,
  payload: PAYLOAD,
  headers: '{}' as JsonText,
  publisher: 'shop' as ClientId,
});

const append = (log: MessageLog, ...drafts: Draft[]) => {
  const now = Date.now();
  return log.append(QUEUE, drafts, now, now + DEFAULT_SETTINGS.messageRetention);
};

/**
 * Measures what publishing costs, through the adapter, by what DynamoDB (or dynalite) says it consumed.
 *
 * @returns units per message.
 */
export async function measureCapacity(): Promise<CapacityRow[]> {
  const { tables, client, close } = await testTables();
  try {
    const metered = client();
    const { take } = meter(metered);
    const { log } = dynamodbStores(metered, tables);
    await append(log, draft(false));
    take();
    const measure = async (what: string, messages: number, run: () => Promise<unknown>): Promise<CapacityRow> => {
      await run();
      const { writes, reads } = take();
      return { what, writes: writes / messages, reads: reads / messages };
    };
    const repeated = draft(true);
    const batch = (idempotent: boolean) => Array.from({ length: 100 }, () => draft(idempotent));
    return [
      await measure('publish', 1, () => append(log, draft(false))),
      await measure('publish with an id', 1, () => append(log, repeated)),
      await measure('the same, repeated', 1, () => append(log, repeated)),
      await measure('publish 100 at once, each', 100, () => append(log, ...batch(false))),
      await measure('publish 100 at once with ids, each', 100, () => append(log, ...batch(true))),
    ];
  } finally {
    await close();
  }
}
