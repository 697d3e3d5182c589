import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TABLE_KEYS, type TableNames } from '../../../adapters/dynamodb/tables';
import type { Time } from '../../../broker/model/names';
import type { Item } from './expression';

/** What a change did to one item. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** One item, and what a read that need not be consistent may still see of it. */
interface Row {
  readonly item: Item | undefined;
  readonly earlier: Item | undefined;
  readonly changedAt: Time;
}

type Sort = string | number;

const sortOf = (value: AttributeValue | undefined): Sort =>
  value?.N === undefined ? (value?.S ?? '') : Number(value.N);

const compare = (a: Sort, b: Sort): number => (a === b ? 0 : a < b ? -1 : 1);

/** One table: partitions of items, each in the order of its sort key. */
export class Table {
  private readonly partitions = new Map<string, Map<Sort, Row>>();
  private readonly partition: string;
  private readonly sort: string | undefined;
  private readonly watchers: ((change: Change) => void)[] = [];

  constructor(readonly name: keyof TableNames) {
    const [partition, sort] = TABLE_KEYS[name];
    this.partition = partition[0];
    this.sort = sort?.[0];
  }

  /** Calls someone after every change. */
  watch(watcher: (change: Change) => void): void {
    this.watchers.push(watcher);
  }

  get(key: Item, asOf?: Time): Item | undefined {
    const row = this.partitions.get(this.partitionOf(key))?.get(this.sortOf(key));
    if (row === undefined) return undefined;
    return asOf !== undefined && row.changedAt > asOf ? row.earlier : row.item;
  }

  /** Puts an item, or removes what is at its key. */
  set(key: Item, item: Item | undefined, now: Time): void {
    const partition = this.partitionOf(key);
    const rows = this.partitions.get(partition) ?? new Map<Sort, Row>();
    this.partitions.set(partition, rows);
    const sort = this.sortOf(key);
    const before = rows.get(sort)?.item;
    if (before === undefined && item === undefined) return;
    rows.set(sort, { item, earlier: before, changedAt: now });
    for (const watcher of this.watchers) watcher({ before, after: item });
  }

  /** The items of a partition in their order; all of the table where none is named. */
  items(partition?: string, asOf?: Time): Item[] {
    if (partition === undefined) return [...this.partitions.keys()].flatMap((one) => this.items(one, asOf));
    const rows = [...(this.partitions.get(partition) ?? [])].sort(([a], [b]) => compare(a, b));
    return rows.flatMap(([, { item, earlier, changedAt }]): Item[] => {
      const seen = asOf !== undefined && changedAt > asOf ? earlier : item;
      return seen === undefined ? [] : [seen];
    });
  }

  /** The parts of an item that are its key. */
  keyOf(item: Item): Item {
    const names = this.sort === undefined ? [this.partition] : [this.partition, this.sort];
    return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
  }

  isSame(a: Item, b: Item): boolean {
    return this.partitionOf(a) === this.partitionOf(b) && this.sortOf(a) === this.sortOf(b);
  }

  /** The attribute that a query names its partition by. */
  get partitionName(): string {
    return this.partition;
  }

  private partitionOf(item: Item): string {
    return item[this.partition]?.S ?? '';
  }

  private sortOf(item: Item): Sort {
    return this.sort === undefined ? '' : sortOf(item[this.sort]);
  }
}
