const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The greatest id of a queue's messages, in one place or another. Most ids are made from the time (ULIDs, UUIDs of
 * version 7): a new one is greater than all before, and nothing needs to be looked up to know that it is new.
 */
export class GreatestId {
  constructor(private greatest: string) {}

  /** Whether an id is above all others; it may be so though this says no. */
  isBelow(id: string): boolean {
    // Between such ids and any others, the order of LMDB's keys is that of JavaScript.
    return id > this.greatest && PRINTABLE.test(id);
  }

  add(id: string): void {
    if (id > this.greatest) this.greatest = id;
  }
}
