const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The greatest id of a queue's messages. Most ids are made from the time (ULIDs, UUIDs of version 7), so a new one is
 * greater than all before, and is known to be new without a look-up.
 */
export class GreatestId {
  constructor(private greatest: string) {}

  /** Whether an id is certainly above all others. May be false for one that is. */
  isBelow(id: string): boolean {
    // For such ids LMDB orders keys as JavaScript does.
    return id > this.greatest && PRINTABLE.test(id);
  }

  add(id: string): void {
    if (id > this.greatest) this.greatest = id;
  }
}
