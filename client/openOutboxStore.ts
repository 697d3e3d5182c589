import type { OutboxStore, Stored } from './outboxStore';

/** A request of IndexedDB, as far as it is used here. */
interface DatabaseRequest<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

interface ObjectStore {
  add(value: object): DatabaseRequest<unknown>;
  delete(key: unknown): DatabaseRequest<unknown>;
  getAll(): DatabaseRequest<(Stored & { readonly key: unknown; readonly scope: string })[]>;
}

interface Transaction {
  readonly error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  objectStore(name: string): ObjectStore;
}

interface Database {
  createObjectStore(name: string, options: { keyPath: string; autoIncrement: boolean }): unknown;
  transaction(name: string, mode: 'readonly' | 'readwrite'): Transaction;
}

interface Factory {
  open(name: string, version: number): DatabaseRequest<Database> & { onupgradeneeded: (() => void) | null };
}

const NAME = 'holdfast';
const OUTBOX = 'outbox';

const done = <T>(request: DatabaseRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// A request may succeed and its commit fail, as where the site has no room left. A request that fails aborts too.
const committed = <T>(transaction: Transaction, request: DatabaseRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });

/**
 * Keeps messages in IndexedDB, one database for a site. Two tabs share these messages. Both may send the same one,
 * which does no harm, since every message has an id.
 *
 * @param scope whose messages: other clients do not see them.
 */
export function openOutboxStore(scope: string, ambient: object = globalThis): OutboxStore {
  const opening = open(ambient);
  // Every use of the store reports it.
  opening.catch(() => undefined);
  const within = async <T>(mode: 'readonly' | 'readwrite', ask: (outbox: ObjectStore) => DatabaseRequest<T>) => {
    const transaction = (await opening).transaction(OUTBOX, mode);
    return committed(transaction, ask(transaction.objectStore(OUTBOX)));
  };
  return {
    add: (record) => within('readwrite', (outbox) => outbox.add({ ...record, scope })),
    remove: async (key) => void (await within('readwrite', (outbox) => outbox.delete(key))),
    all: async () =>
      (await within('readonly', (outbox) => outbox.getAll()))
        .filter((row) => row.scope === scope)
        .map(({ key, queue, id, text }) => ({ key, record: { queue, id, text } })),
  };
}

async function open(ambient: { readonly indexedDB?: Factory }): Promise<Database> {
  if (ambient.indexedDB === undefined) throw new Error('there is no IndexedDB here: use bufferStore "memory"');
  const request = ambient.indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(OUTBOX, { keyPath: 'key', autoIncrement: true });
  return done(request);
}
