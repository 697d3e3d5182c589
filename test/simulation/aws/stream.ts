import type { DynamoDBRecord } from 'aws-lambda';
import type { World } from '../world';
import type { Item } from './expression';
import type { Change, Table } from './table';

/** How often Lambda tries a part of a stream again; as `lib/wake.ts` has it. */
const MOST_RETRIES = 10;
const RETRY_MS = 1_000;

/** The stream of a table, whose records are handed over in order until they are done. */
export class SimulatedStream {
  private readonly records: DynamoDBRecord[] = [];
  private told = 0;
  private running = false;

  /** @param filter which changes are told. */
  constructor(
    private readonly world: World,
    private readonly filter: (change: Change) => boolean,
  ) {}

  /** Whether all that was told has been done. */
  get isIdle(): boolean {
    return this.records.length === 0;
  }

  /** Tells of the changes of a table from now on. */
  follow(table: Table): void {
    table.watch((change) => {
      if (!this.filter(change)) return;
      this.told += 1;
      this.records.push(recordOf(table, change, this.told));
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { faults, random, scheduler, lambda } = this.world;
    let retries = 0;
    let most = Infinity;
    while (this.records.length > 0) {
      await scheduler.sleep(faults.happens('stream late') ? random.between(1_000, 20_000) : random.between(0, 200));
      const batch = this.records.slice(0, Math.min(most, random.between(1, 12)));
      this.world.trace.note(() => `stream hands over ${batch.map(keysOf)}`);
      const failed = await lambda.deliver(batch);
      const done = failed === 'died' ? 0 : batch.findIndex((record) => failed.has(idOf(record)));
      const isDone = failed !== 'died' && done < 0;
      if (isDone && faults.happens('stream doubled')) continue;
      this.records.splice(0, isDone ? batch.length : Math.max(0, done));
      if (isDone) {
        retries = 0;
        most = Infinity;
        continue;
      }
      retries = done > 0 ? 1 : retries + 1;
      // A batch that cost the function its life is tried again by halves.
      if (failed === 'died') most = Math.max(1, Math.ceil(batch.length / 2));
      if (retries > MOST_RETRIES) {
        this.records.splice(0, batch.length);
        this.world.tally.add('stream given up');
        this.world.givenUp += 1;
        retries = 0;
      }
      await scheduler.sleep(RETRY_MS * random.between(1, 3));
    }
    this.running = false;
  }
}

const keysOf = (record: DynamoDBRecord): string => JSON.stringify(record.dynamodb?.Keys);

const idOf = (record: DynamoDBRecord): string => record.dynamodb?.SequenceNumber ?? '';

type Image = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** Of an item, what is read of it: texts and numbers. */
function imageOf(item: Item): Image {
  const image: Image = {};
  for (const [name, { S, N }] of Object.entries(item)) {
    if (S !== undefined) image[name] = { S };
    else if (N !== undefined) image[name] = { N };
  }
  return image;
}

function recordOf(table: Table, { before, after }: Change, number: number): DynamoDBRecord {
  const some = after ?? before ?? {};
  return {
    eventName: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    dynamodb: {
      Keys: imageOf(table.keyOf(some)),
      SequenceNumber: `record ${number}`,
      ...(after === undefined ? {} : { NewImage: imageOf(after) }),
      ...(before === undefined ? {} : { OldImage: imageOf(before) }),
    },
  };
}
