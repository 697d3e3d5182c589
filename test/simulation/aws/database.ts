import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CONNECTED_INDEX, type TableNames } from '../../../adapters/dynamodb/tables';
import type { Process } from '../process';
import type { World } from '../world';
import { type Item, meets, updated } from './expression';
import { Table } from './table';

const NAMES: TableNames = {
  queues: 'queues',
  messages: 'messages',
  subscriptions: 'subscriptions',
  connections: 'connections',
  clients: 'clients',
  deadLetters: 'deadLetters',
  timers: 'timers',
  keys: 'keys',
};

/** How long the SDK waits for an answer, and how often it asks: as `adapters/dynamodb/client.ts` has it. */
const ANSWER_MS = 2_000;
const ATTEMPTS = 3;
const BACKOFF_MS = 100;
/** How far behind a read may be that need not be consistent. Milliseconds. */
const LAG_MS = 3_000;
/** How much later than it was given up a request may take effect. Milliseconds. */
const LATE_MS = 4_000;

/** What a write is answered whose condition was not met. */
const CONDITION_FAILED = {};

/** The tables, which outlive all processes, and what an SDK gets to see of them. */
export class SimulatedDatabase {
  readonly tables = new Map<string, Table>();
  readonly names = NAMES;
  /** Whose command takes effect just now. */
  private executing: Process | undefined;
  private isAnswered = true;

  constructor(private readonly world: World) {
    for (const name of Object.keys(NAMES) as (keyof TableNames)[]) this.tables.set(name, new Table(name));
  }

  table(name: string | undefined): Table {
    const table = this.tables.get(name ?? '');
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }

  /** Whose change it is that is watched just now; undefined if it is answered to nobody. */
  get writer(): Process | undefined {
    return this.isAnswered ? this.executing : undefined;
  }

  /** The client of one process. */
  clientFor(process: Process): DynamoDBClient {
    return new Proxy(CLIENT, {
      get: (client, name) =>
        name === 'send' ? (command: object) => this.send(process, command) : Reflect.get(client, name),
    });
  }

  /** Removes what expired, late, as TTL does. */
  expire(): void {
    const seconds = this.world.scheduler.now / 1_000;
    for (const table of this.tables.values())
      for (const item of table.items())
        if (Number(item.expiresAt?.N ?? Infinity) < seconds) table.set(item, undefined, this.world.scheduler.now);
  }

  private async send(process: Process, command: object): Promise<object> {
    const { faults, random, scheduler } = this.world;
    const doomed = faults.firstOf(['store failed before', 'store failed after', 'store late effect']);
    if (doomed === 'store late effect') scheduler.later(this.lateness(), () => this.execute(command, undefined));
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === ATTEMPTS;
      const fate =
        doomed ?? faults.firstOf(['store throttled', 'store request lost', 'store answer lost', 'store slow']);
      if (fate === 'store slow') await process.wait(random.between(100, 1_500));
      const answer = await process.call(() => {
        if (fate === undefined || fate === 'store slow') return this.execute(command, process);
        if (fate === 'store answer lost' || fate === 'store failed after') this.execute(command, process, false);
        return undefined;
      });
      if (answer === CONDITION_FAILED)
        throw new ConditionalCheckFailedException({ message: '', $metadata: { attempts: attempt } });
      if (answer !== undefined) return answer;
      if (fate === 'store throttled') {
        if (isLast) throw new ProvisionedThroughputExceededException({ message: '', $metadata: { attempts: attempt } });
        await process.wait(random.between(1, BACKOFF_MS));
      } else {
        await process.wait(ANSWER_MS);
        if (isLast) throw new Error('no answer in time');
      }
    }
  }

  /** When a request takes effect after all that the SDK has given up. */
  private lateness(): number {
    return ATTEMPTS * ANSWER_MS + this.world.random.between(0, LATE_MS);
  }

  private execute(command: object, by: Process | undefined, isAnswered = true): object {
    this.executing = by;
    this.isAnswered = isAnswered;
    try {
      return this.carryOut(command);
    } finally {
      this.executing = undefined;
    }
  }

  /** @returns what is answered, or that a condition failed. */
  private carryOut(command: object): object {
    if (command instanceof GetItemCommand) {
      const { TableName, Key = {}, ConsistentRead } = command.input;
      const found = this.table(TableName).get(Key, this.asOf(ConsistentRead));
      return found === undefined ? {} : { Item: found };
    }
    if (command instanceof PutItemCommand) {
      const { TableName, Item: item = {} } = command.input;
      return this.write(this.table(TableName), item, command.input, () => item);
    }
    if (command instanceof UpdateItemCommand) {
      const { TableName, Key = {}, UpdateExpression = '' } = command.input;
      const change = (before: Item) => ({ ...updated(UpdateExpression, before, command.input), ...Key });
      return this.write(this.table(TableName), Key, command.input, change);
    }
    if (command instanceof DeleteItemCommand) {
      const { TableName, Key = {} } = command.input;
      return this.write(this.table(TableName), Key, command.input, () => undefined);
    }
    if (command instanceof QueryCommand) return this.query(command.input);
    if (command instanceof ScanCommand) return this.scan(command.input);
    if (command instanceof BatchGetItemCommand) return this.getBatch(command);
    if (command instanceof BatchWriteItemCommand) return this.writeBatch(command);
    throw new Error(`a command that the simulation does not know: ${command.constructor.name}`);
  }

  private write(
    table: Table,
    key: Item,
    input: Parameters<typeof meets>[2] & {
      ConditionExpression?: string | undefined;
      ReturnValues?: string | undefined;
    },
    change: (before: Item) => Item | undefined,
  ): object {
    const found = table.get(key);
    const before = found ?? {};
    if (!meets(input.ConditionExpression, before, input)) return CONDITION_FAILED;
    const after = change(before);
    table.set(key, after, this.world.scheduler.now);
    this.executing?.wrote();
    if (input.ReturnValues === 'ALL_NEW') return { Attributes: after };
    if (input.ReturnValues === 'ALL_OLD') return found === undefined ? {} : { Attributes: found };
    if (input.ReturnValues === 'UPDATED_OLD') return { Attributes: before };
    return {};
  }

  private query(input: QueryCommandInput): object {
    const table = this.table(input.TableName);
    const asOf = this.asOf(input.ConsistentRead);
    const items = table
      .items(partitionOf(input, table), asOf)
      .filter((item) => isIndexed(item, input) && meets(input.KeyConditionExpression, item, input));
    return this.page(table, items, input);
  }

  private scan(input: ScanCommandInput): object {
    const table = this.table(input.TableName);
    return this.page(table, table.items(undefined, this.asOf(input.ConsistentRead)), input);
  }

  private page(table: Table, items: readonly Item[], input: QueryCommandInput | ScanCommandInput): object {
    const { ExclusiveStartKey: start, Limit = Infinity } = input;
    const from = start === undefined ? 0 : items.findIndex((item) => table.isSame(item, start)) + 1;
    const isShort = items.length > from + 1 && this.world.faults.happens('page cut short');
    const length = isShort ? this.world.random.between(1, Math.min(Limit, items.length - from)) : Limit;
    const looked = items.slice(from, from + length);
    const last = looked.at(-1);
    const found = looked.filter((item) => meets(input.FilterExpression, item, input));
    return {
      Items: found,
      Count: found.length,
      ...(last !== undefined && from + length < items.length ? { LastEvaluatedKey: table.keyOf(last) } : {}),
    };
  }

  private getBatch(command: BatchGetItemCommand): object {
    const [request] = Object.entries(command.input.RequestItems ?? {});
    if (request === undefined) return {};
    const [name, { Keys: keys = [], ConsistentRead }] = request;
    const found: Item[] = [];
    const table = this.table(name);
    const done = keys.slice(0, this.doneOf(keys.length));
    for (const key of done) {
      const item = table.get(key, this.asOf(ConsistentRead));
      if (item !== undefined) found.push(item);
    }
    const left = keys.slice(done.length);
    return { Responses: { [name]: found }, UnprocessedKeys: left.length === 0 ? {} : { [name]: { Keys: left } } };
  }

  private writeBatch(command: BatchWriteItemCommand): object {
    const [[name, requests] = ['', []]] = Object.entries(command.input.RequestItems ?? {});
    const done = requests.slice(0, this.doneOf(requests.length));
    for (const { DeleteRequest: request } of done)
      if (request?.Key) this.table(name).set(request.Key, undefined, this.world.scheduler.now);
    const left = requests.slice(done.length);
    return { UnprocessedItems: left.length === 0 ? {} : { [name]: left } };
  }

  private doneOf(wanted: number): number {
    return wanted > 0 && this.world.faults.happens('batch in part') ? this.world.random.between(0, wanted - 1) : wanted;
  }

  /** What a read sees that was not asked to be consistent: perhaps how it was a moment ago. */
  private asOf(consistent: boolean | undefined): number | undefined {
    if (consistent || !this.world.faults.happens('read of old data')) return undefined;
    return this.world.scheduler.now - LAG_MS;
  }
}

/** What a query names its partition; undefined if it is that of an index. */
function partitionOf(input: QueryCommandInput, table: Table): string | undefined {
  const names = Object.entries(input.ExpressionAttributeNames ?? {});
  const [alias] = names.find(([, name]) => name === table.partitionName) ?? [];
  return input.ExpressionAttributeValues?.[`:${alias?.slice(1)}`]?.S;
}

/** In the index of those who are connected is only what has its sort key. */
const isIndexed = (item: Item, { IndexName }: QueryCommandInput): boolean =>
  IndexName !== CONNECTED_INDEX.name || item[CONNECTED_INDEX.sortKey[0]] !== undefined;

const CLIENT = new DynamoDBClient({ region: 'nowhere', credentials: { accessKeyId: '', secretAccessKey: '' } });
