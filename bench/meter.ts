import type { DynamoDBClient, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';

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

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand', 'BatchWriteItemCommand']);

/**
 * Asks for the capacity that every request consumed, and sums it. Where dynalite says nothing, as DynamoDB charges
 * (developer guide, "Read and write operations"): a write whose condition fails, one unit, for nothing here that is
 * written under a condition is larger than 1 KB; a read that finds nothing, one.
 */
export function meter(client: DynamoDBClient): Meter {
  let writes = 0;
  let reads = 0;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const isWrite = WRITES.has(context.commandName ?? '');
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      try {
        const answer = await next(args);
        const units = unitsIn(answer.output);
        if (isWrite) writes += units;
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

function unitsIn(output: ServiceOutputTypes): number {
  const consumed = 'ConsumedCapacity' in output ? (output.ConsumedCapacity ?? []) : [];
  const all = Array.isArray(consumed) ? consumed : [consumed];
  return all.reduce((sum, one) => sum + ('CapacityUnits' in one ? (one.CapacityUnits ?? 0) : 0), 0);
}
