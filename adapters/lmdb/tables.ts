import { open, type RootDatabase, type Database as Table } from 'lmdb';
import type { Digests } from './digest';
import { type Change, CorruptStore } from './groups';
import { seal, unseal } from './seal';

/** What is stored, by name. Values are text of their codecs. */
export const TABLES = [
  'queues',
  'messages',
  'markers',
  'ranges',
  'subscriptions',
  'deadLetters',
  'expiries',
  'journal',
] as const;
export type TableName = (typeof TABLES)[number];
export type Key = (string | number)[];

/** What is stored under a key. */
export interface Entry {
  readonly key: Key;
  readonly value: string;
}

/** A marker is known to be right by the message that it leads to. */
const isSealed = (table: string): boolean => table !== 'markers';

/** What LMDB has. Each value but a marker has a seal, by which it is known to be as it was written. */
export class Tables {
  protected readonly root: RootDatabase;
  private readonly tables: Map<string, Table<string, Key>>;

  /** @param path of its file. */
  protected constructor(
    private readonly path: string,
    protected readonly digests: Digests,
  ) {
    // Transactions are begun here, by batch: those that LMDB begins by itself end the process when they fail.
    this.root = open({ path, maxDbs: TABLES.length, eventTurnBatching: false });
    this.tables = new Map(TABLES.map((name) => [name, this.root.openDB<string, Key>({ name, encoding: 'string' })]));
  }

  /** What LMDB has at a key. */
  get(table: TableName, key: Key): string | undefined {
    const sealed = this.table(table).get(key);
    return sealed === undefined ? undefined : this.unsealed(table, key, sealed);
  }

  /** What LMDB has from `start` up to, not including, `end`, in order; all it has if they are left out. */
  *range(table: TableName, start?: Key, end?: Key): Iterable<Entry> {
    for (const { key, value } of this.table(table).getRange({ ...(start ? { start } : {}), ...(end ? { end } : {}) }))
      yield { key, value: this.unsealed(table, key, value) };
  }

  /**
   * The keys that LMDB has from `start` up to, not including, `end`, in order, without what stands there; all it has if
   * they are left out.
   */
  keys(table: TableName, start?: Key, end?: Key): Iterable<Key> {
    return this.table(table).getKeys({ ...(start ? { start } : {}), ...(end ? { end } : {}) });
  }

  /** How many keys LMDB has from `start` up to, not including, `end`; in all if they are left out. */
  count(table: TableName, start?: Key, end?: Key): number {
    return this.table(table).getKeysCount({ ...(start ? { start } : {}), ...(end ? { end } : {}) });
  }

  /** Whether LMDB has something at a key. */
  has(table: TableName, key: Key): boolean {
    return this.table(table).doesExist(key);
  }

  /** The last that LMDB has after `start`, up to and including `end`. */
  last(table: TableName, start: Key, end: Key): Entry | undefined {
    const [found] = this.table(table).getRange({ start: end, end: start, reverse: true, limit: 1 });
    return found && { key: found.key, value: this.unsealed(table, found.key, found.value) };
  }

  /** The error for what is not as it was written. */
  damaged(table: TableName, key: Key): CorruptStore {
    return new CorruptStore(
      `the store in ${this.path} is damaged (${table} ${JSON.stringify(key)}): restore the data folder`,
    );
  }

  private table(name: string): Table<string, Key> {
    const table = this.tables.get(name);
    if (table === undefined) throw new CorruptStore(`the journal speaks of ${name}, which is not stored here`);
    return table;
  }

  /** @throws CorruptStore it is not what was written. */
  private unsealed(table: TableName, key: Key, sealed: string): string {
    if (!isSealed(table)) return sealed;
    const text = unseal(this.digests, sealed);
    if (text === undefined) throw this.damaged(table, key);
    return text;
  }

  /** Writes changes to LMDB in one transaction. */
  protected commit(changes: readonly Change[]): Promise<boolean> {
    const committed = this.root.batch(() => {
      for (const [name, key, value] of changes) {
        const table = this.table(name);
        if (value === null) table.remove(key);
        else table.put(key, isSealed(name) ? seal(this.digests, value) : value);
      }
    });
    committed.catch(causeOf);
    return committed;
  }
}

/** The cause of a transaction's failure, which comes with the error as a promise that is rejected too. */
export function causeOf(error: unknown): Promise<unknown> {
  const cause = typeof error === 'object' && error !== null && 'commitError' in error ? error.commitError : error;
  return Promise.resolve(cause).catch((rejected: unknown) => rejected);
}
