import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { Unavailable } from '../../broker/ports';
import { inParallel, pieces } from '../parallel';
import type { DatabaseClient } from './client';
import { guarded, isConditionFailed, wasRetried } from './errors';
import type { Item } from './items';

/**
 * What a conditional write came to. `done: false`: its condition was not met; if `retried`, perhaps because the SDK
 * sent it twice and the first time it took effect. `item`: what its `ReturnValues` asked for.
 */
export type Written =
  | { readonly done: true; readonly item: Item | undefined }
  | { readonly done: false; readonly retried: boolean };

/** Items in one BatchGetItem and in one BatchWriteItem: limits of DynamoDB. */
const BATCH_GET = 100;
const BATCH_WRITE = 25;
/** Batches under way at a time. */
const WIDTH = 8;
/** How often what a batch left undone is tried again. */
const BATCH_ATTEMPTS = 8;
/** The first pause before that; it doubles. Milliseconds. */
const BATCH_PAUSE = 25;

/**
 * Sends commands; every failure that may pass comes out as `Unavailable`. All reads are consistent, but of an index.
 */
export class Database {
  constructor(private readonly client: DatabaseClient) {}

  async get(table: string, key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
    return (await guarded(`reading ${table}`, () => this.client.send(command))).Item;
  }

  /** Those of the keys that exist, in any order. A key may be given twice. */
  async getMany(table: string, keys: readonly Item[]): Promise<Item[]> {
    const unique = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
    const found = await inParallel(pieces(unique, BATCH_GET), WIDTH, async (batch) => {
      const items: Item[] = [];
      await untilDone(table, batch, async (left) => {
        const request = { [table]: { Keys: left, ConsistentRead: true } };
        const answer = await this.client.send(new BatchGetItemCommand({ RequestItems: request }));
        items.push(...(answer.Responses?.[table] ?? []));
        return answer.UnprocessedKeys?.[table]?.Keys ?? [];
      });
      return items;
    });
    return found.flat();
  }

  async deleteMany(table: string, keys: readonly Item[]): Promise<void> {
    await inParallel(pieces(keys, BATCH_WRITE), WIDTH, (batch) =>
      untilDone(table, batch, async (left) => {
        const request = { [table]: left.map((Key) => ({ DeleteRequest: { Key } })) };
        const answer = await this.client.send(new BatchWriteItemCommand({ RequestItems: request }));
        return (answer.UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest: left }) =>
          left?.Key ? [left.Key] : [],
        );
      }),
    );
  }

  put(input: PutItemCommandInput): Promise<Written> {
    return this.write(input.TableName, () => this.client.send(new PutItemCommand(input)));
  }

  update(input: UpdateItemCommandInput): Promise<Written> {
    return this.write(input.TableName, () => this.client.send(new UpdateItemCommand(input)));
  }

  delete(input: DeleteItemCommandInput): Promise<Written> {
    return this.write(input.TableName, () => this.client.send(new DeleteItemCommand(input)));
  }

  /**
   * The pages of a query, to the last; one of them may be empty although more follow. Read consistently, unless it says
   * otherwise, as that of a global index has to. `Limit` is that of the first page: who asks for another got too little
   * from it, because most was expired, and will find it sooner in large pages.
   */
  async *query({ Limit: first, ...input }: QueryCommandInput): AsyncGenerator<QueryCommandOutput> {
    let page = await this.queryPage({ ...input, Limit: first });
    yield page;
    while (page.LastEvaluatedKey !== undefined) {
      page = await this.queryPage({ ...input, ExclusiveStartKey: page.LastEvaluatedKey });
      yield page;
    }
  }

  /** One page of a scan. */
  scan(input: ScanCommandInput): Promise<ScanCommandOutput> {
    const command = new ScanCommand({ ...input, ConsistentRead: true });
    return guarded(`reading ${input.TableName}`, () => this.client.send(command));
  }

  private queryPage(input: QueryCommandInput): Promise<QueryCommandOutput> {
    const command = new QueryCommand({ ConsistentRead: true, ...input });
    return guarded(`reading ${input.TableName}`, () => this.client.send(command));
  }

  private write(table: string | undefined, send: () => Promise<{ Attributes?: Item | undefined }>): Promise<Written> {
    return guarded(`writing ${table}`, async () => {
      try {
        return { done: true, item: (await send()).Attributes };
      } catch (error) {
        if (isConditionFailed(error)) return { done: false, retried: wasRetried(error) };
        throw error;
      }
    });
  }
}

/** Repeats a batch with what it left undone, with pauses, for being throttled is the usual reason. */
async function untilDone(table: string, keys: Item[], send: (left: Item[]) => Promise<Item[]>): Promise<void> {
  let left = keys;
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt === BATCH_ATTEMPTS) throw new Unavailable(`${table} left a part of a batch undone`);
    if (attempt > 0) await pause(BATCH_PAUSE * 2 ** attempt);
    const keysLeft = left;
    left = await guarded(`a batch on ${table}`, () => send(keysLeft));
  }
}

/** Full jitter: anything from 0 to `longest` milliseconds. */
const pause = (longest: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * longest));
