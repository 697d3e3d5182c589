import type { AttributeValue, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import type { DatabaseClient } from '../adapters/dynamodb';
import { CONNECTED_INDEX } from '../adapters/dynamodb/tables';

/** DynamoDB's units: a write unit is up to 1 KB written, a read unit up to 4 KB read consistently. */
export interface Units {
  readonly writes: number;
  readonly reads: number;
}

/** Sums what a client consumes. */
export interface Meter {
  /** What was consumed since this was called last. */
  take(): Units;
}

type Item = Record<string, AttributeValue>;

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand', 'BatchWriteItemCommand']);

/**
 * Asks for the capacity that every request consumed, and sums it. Where dynalite says nothing, as DynamoDB charges
 * (developer guide, "Read and write operations" and "Local secondary indexes"): a write whose condition fails, one
 * unit, for nothing here that is written under a condition is larger than 1 KB; a read that finds nothing, one; an item
 * that enters or leaves the index of connected subscriptions, one.
 */
export function meter(client: DatabaseClient): Meter {
  let writes = 0;
  let reads = 0;
  const indexed = new Set<string>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isWrite = WRITES.has(context.commandName ?? '');
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      try {
        const answer = await next(args);
        const units = unitsIn(answer.output);
        if (isWrite) writes += units + indexUnits(indexed, args.input as { Item?: Item; Key?: Item });
        else reads += Math.max(1, units);
        return answer;
      } catch (error) {
        if (isWrite && error instanceof Error && error.name === 'ConditionalCheckFailedException') writes += 1;
        throw error;
      }
    },
    { step: 'initialize', name: 'meter' },
  );
  return {
    take: () => {
      const taken = { writes, reads };
      writes = 0;
      reads = 0;
      return taken;
    },
  };
}

function indexUnits(indexed: Set<string>, { Item: item, Key: deleted }: { Item?: Item; Key?: Item }): number {
  const { shard, client } = item ?? deleted ?? {};
  if (shard === undefined || client === undefined) return 0;
  const key = `${shard.S} ${client.S}`;
  const isIn = item?.[CONNECTED_INDEX.sortKey[0]] !== undefined;
  if (indexed.has(key) === isIn) return 0;
  if (isIn) indexed.add(key);
  else indexed.delete(key);
  return 1;
}

function unitsIn(output: ServiceOutputTypes): number {
  const consumed = 'ConsumedCapacity' in output ? (output.ConsumedCapacity ?? []) : [];
  const all = Array.isArray(consumed) ? consumed : [consumed];
  return all.reduce((sum, one) => sum + ('CapacityUnits' in one ? (one.CapacityUnits ?? 0) : 0), 0);
}
