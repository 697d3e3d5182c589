/** What part of a list is wanted. */
export interface PageRequest {
  /** How many items at most. */
  readonly limit: number;
  /** Where the page before ended: its `cursor`. Left out: from the start. */
  readonly cursor?: string;
}

/** A part of a list. May hold fewer items than asked for, even none, although more follow. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /**
   * Continues the list; absent at its end. Opaque to all but the store that made it; every store refuses the cursors of
   * others.
   */
  readonly cursor?: string;
}
