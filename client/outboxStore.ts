/** A message that waits to be published. */
export interface Stored {
  readonly queue: string;
  readonly id: string;
  /** The message as JSON. */
  readonly text: string;
}

/** A message in a store. */
export interface Kept {
  /** Its place. */
  readonly key: unknown;
  readonly record: Stored;
}

/** Where messages wait that are to outlive this page. */
export interface OutboxStore {
  /** @returns its place, once it is kept. */
  add(record: Stored): Promise<unknown>;
  remove(key: unknown): Promise<void>;
  /** All of them, in the order in which they were added. */
  all(): Promise<Kept[]>;
}
