/**
 * What LMDB is asked to write goes into one transaction or another, each of which may fail: all are waited for. Those
 * of one transaction share a promise.
 */
export class Commits {
  private readonly pending = new Set<Promise<boolean>>();

  add(commit: Promise<boolean>): void {
    if (this.pending.has(commit)) return;
    this.pending.add(commit);
    // Until `done` is called, and for the cause that comes with the error as one more promise, nobody else looks.
    commit.catch((error: unknown) => {
      if (typeof error === 'object' && error !== null && 'commitError' in error)
        Promise.resolve(error.commitError).catch(() => undefined);
    });
  }

  /** @throws Error one of them could not be written. */
  async done(): Promise<void> {
    await Promise.all(this.pending);
  }
}
