import type { Stores } from '../../../broker/ports';

/** Stores that are open. They may hold what other tests left: each test names its own queues and clients. */
export interface OpenedStores {
  readonly stores: Stores;
  close(): Promise<void>;
}

/** Opens stores. The tests give all times as numbers, so that the stores need no clock. */
export type MakeStores = () => Promise<OpenedStores>;

/** Opens stores before the tests of the block that this is called in, and closes them after. */
export function opened(makeStores: MakeStores): () => Stores {
  let current: OpenedStores | undefined;
  beforeAll(async () => {
    current = await makeStores();
  }, 60_000);
  afterAll(async () => current?.close(), 60_000);
  return () => {
    if (current === undefined) throw new Error('the stores are opened before the tests, not before the blocks');
    return current.stores;
  };
}
