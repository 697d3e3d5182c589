import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { DatabaseClient, TableNames } from '../../adapters/dynamodb';
import { TABLE_KEYS } from '../../adapters/dynamodb/tables';

type Item = Record<string, AttributeValue>;
type Table = 'messages' | 'connections';

interface Put {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
}

/** What DynamoDB's streams of messages and connections tell `deliver`, filtered as `lib/wake.ts` filters them. */
export class Streams {
  private readonly waiting: Record<Table, DynamoDBRecord[]> = { messages: [], connections: [] };
  private readonly connections = new Map<string, Item>();
  private sequence = 0;

  constructor(
    client: DatabaseClient,
    private readonly tables: TableNames,
  ) {
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        this.note(context.commandName, args.input as Put);
        return answer;
      },
      { step: 'initialize', name: 'streams' },
    );
  }

  /** The next batch of either stream; undefined if there is none. */
  take(size: number): DynamoDBRecord[] | undefined {
    for (const records of Object.values(this.waiting)) if (records.length > 0) return records.splice(0, size);
    return undefined;
  }

  private note(command: string | undefined, { TableName, Item: put, Key: key }: Put): void {
    if (put !== undefined && TableName === this.tables.messages && (put.event ?? put.tombstone) !== undefined)
      this.tell('messages', 'INSERT', put);
    if (TableName !== this.tables.connections) return;
    const id = (put ?? key)?.connection?.S ?? '';
    if (put !== undefined) {
      this.connections.set(id, put);
      this.tell('connections', 'INSERT', put);
    }
    const old = this.connections.get(id);
    if (command !== 'DeleteItemCommand' || old === undefined) return;
    this.connections.delete(id);
    this.tell('connections', 'REMOVE', old);
  }

  private tell(table: Table, eventName: 'INSERT' | 'REMOVE', image: Item): void {
    this.sequence += 1;
    const keys = Object.fromEntries(TABLE_KEYS[table].map(([name]) => [name, image[name]]));
    // As they travel: JSON, in which the SDK's attributes and those of the records are the same.
    const record = {
      eventName,
      dynamodb: {
        Keys: keys,
        [eventName === 'INSERT' ? 'NewImage' : 'OldImage']: image,
        SequenceNumber: String(this.sequence),
      },
    };
    this.waiting[table].push(JSON.parse(JSON.stringify(record)) as DynamoDBRecord);
  }
}
