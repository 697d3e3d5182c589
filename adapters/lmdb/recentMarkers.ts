import type { Seq, Time } from '../../broker/model/names';
import type { StoredMessage } from './entryText';
import { isMarked } from './markers';

/** Messages that are being written to the disk together. */
export interface Writing {
  /** Ascending by seq, at least one. */
  readonly appended: readonly StoredMessage[];
  readonly durable: Promise<void>;
}

/** Where the message of an id stands. */
export interface Marker {
  readonly seq: Seq;
  readonly expiresAt: Time;
  /** Rejected if the write fails. */
  readonly durable: Promise<void>;
}

/** Finds messages that are not in LMDB yet by their ids. Ids are indexed only once one is looked for. */
export class RecentMarkers {
  /** Ascending by seq. */
  private readonly writings: Writing[] = [];
  /** How many of `writings`, from the first on, are in `byId`. */
  private indexed = 0;
  private readonly byId = new Map<string, Marker>();

  add(writing: Writing): void {
    this.writings.push(writing);
  }

  find(id: string): Marker | undefined {
    for (const { appended, durable } of this.writings.slice(this.indexed))
      for (const message of appended)
        if (isMarked(message)) this.byId.set(message.id, { seq: message.seq, expiresAt: message.expiresAt, durable });
    this.indexed = this.writings.length;
    return this.byId.get(id);
  }

  /** Forgets messages up to a number, which are in LMDB. */
  dropThrough(seq: Seq): void {
    const first = this.writings.findIndex(({ appended }) => (appended.at(-1)?.seq ?? 0) > seq);
    this.drop(0, first < 0 ? this.writings.length : first);
  }

  /** Forgets messages after a number, which could not be written. */
  dropAfter(seq: Seq): void {
    const first = this.writings.findIndex(({ appended }) => (appended[0]?.seq ?? 0) > seq);
    if (first >= 0) this.drop(first, this.writings.length - first);
  }

  private drop(from: number, count: number): void {
    const known = Math.min(count, Math.max(0, this.indexed - from));
    for (const { appended } of this.writings.splice(from, count).slice(0, known))
      for (const message of appended)
        if (isMarked(message) && this.byId.get(message.id)?.seq === message.seq) this.byId.delete(message.id);
    this.indexed -= known;
  }
}
