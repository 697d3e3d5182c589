import type { Message, Tombstone } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { Place } from '../../broker/model/place';
import { type Appended, type Draft, Unavailable } from '../../broker/ports';
import { inParallel } from '../parallel';
import type { Database } from './database';
import { isAnswer } from './errors';
import { isExpired, numberAt, textAt } from './items';
import {
  claimParameters,
  entryKey,
  isTombstoneItem,
  markedId,
  markerKey,
  putEntryParameters,
  toPlace,
} from './messageItem';
import type { Numbers } from './numbers';

/** Writes of one append under way at a time. */
const WIDTH = 25;
/** How many rounds an append takes at most when others are faster. */
const ROUNDS = 10;

/** A draft and, once it has one, the number it gets. */
interface Placed {
  readonly draft: Draft;
  readonly place: Place;
}

/** What is known of a chosen id: its number, and the entry there. */
interface Marked {
  readonly place: Place;
  readonly there: 'message' | 'tombstone' | 'nothing';
}

/**
 * One append, in rounds. Each looks up the chosen ids, takes numbers for the drafts that have none, claims the ids, and
 * puts the messages. A draft that loses a race in some step goes into the next round, which finds what the winner
 * wrote. So after a crash in any step the next try, or a tombstone, completes the work.
 */
export class Append {
  private readonly answers = new Map<Draft, Appended>();
  /** By id: a number after which all have been taken since this append began. */
  private readonly since = new Map<string, Seq>();
  /** Whether any message may have been stored. */
  begun = false;

  constructor(
    private readonly db: Database,
    private readonly table: string,
    private readonly numbers: Numbers,
    private readonly queue: QueueName,
    private readonly now: Time,
    private readonly expiresAt: Time,
  ) {}

  /** @param drafts of those with a chosen id, none twice. */
  async run(drafts: readonly Draft[]): Promise<ReadonlyMap<Draft, Appended>> {
    let left = drafts;
    for (let round = 0; left.length > 0; round++) {
      if (round === ROUNDS) throw new Unavailable(`others kept being quicker to append to ${this.queue}`);
      left = await this.round(left);
    }
    return this.answers;
  }

  /** @returns the drafts for the next round. */
  private async round(drafts: readonly Draft[]): Promise<Draft[]> {
    const marked = await this.lookUp(drafts.filter(({ idempotent }) => idempotent).map(({ id }) => id));
    const unfinished: Placed[] = [];
    const abandoned: Placed[] = [];
    const open: Draft[] = [];
    for (const draft of drafts) {
      const known = draft.idempotent ? marked.get(draft.id) : undefined;
      if (known?.there === 'message') this.answer(draft, known.place.seq, true);
      else if (known?.there === 'nothing')
        (this.isRecent(draft, known.place) ? unfinished : abandoned).push({ draft, place: known.place });
      else open.push(draft);
    }
    await inParallel(abandoned, WIDTH, (one) => this.abandon(one));
    const placed = await this.place(open);
    try {
      const beaten = await this.store(placed, unfinished, marked);
      return [...abandoned, ...beaten].map(({ draft }) => draft);
    } catch (failure) {
      // DynamoDB answered, with throttling for example: it can take the tombstones. After a time-out a publish has no
      // time for them.
      if (isAnswer(failure)) await this.giveUp(placed);
      throw failure;
    }
  }

  /**
   * Whether a number was taken since this append began. Such a number is used, whoever took it, so that simultaneous
   * tries help each other. An older one is not used: subscriptions may have been made after its try was answered
   * `unavailable`. Their cursors are past that number, and they are owed what is published now.
   */
  private isRecent({ id }: Draft, { seq }: Place): boolean {
    const since = this.since.get(id);
    return since !== undefined && seq > since;
  }

  /**
   * Puts a tombstone at the number of an earlier try. If that try is still running, it finds the tombstone, and in its
   * next round the id's new number. If it has stored the message meanwhile, the message stays, and our next round finds
   * it.
   */
  private async abandon({ draft, place }: Placed): Promise<void> {
    await this.bury(place);
    // The id gets another number only after this tombstone was found, so that number is newer.
    this.since.set(draft.id, place.seq);
  }

  /** @returns the drafts that lost a race. */
  private async store(
    placed: readonly Placed[],
    unfinished: readonly Placed[],
    marked: ReadonlyMap<string, Marked>,
  ): Promise<Placed[]> {
    const claimed = await inParallel(placed, WIDTH, async (one) => {
      const dead = marked.get(one.draft.id)?.place.seq;
      return !one.draft.idempotent || (await this.claim(one, dead));
    });
    const losers = placed.filter((_, i) => !claimed[i]);
    const winners = placed.filter((_, i) => claimed[i]);
    const beaten = await this.putAll([...unfinished, ...winners]);
    await inParallel(losers, WIDTH, ({ place }) => this.bury(place));
    return [...beaten, ...losers];
  }

  /**
   * Fills the numbers that no message got, if possible. Otherwise readers would wait for them until the publisher is
   * certainly dead.
   */
  private async giveUp(placed: readonly Placed[]): Promise<void> {
    const left = placed.filter(({ draft }) => !this.answers.has(draft));
    await inParallel(left, WIDTH, ({ place }) => this.bury(place)).catch(() => undefined);
  }

  private async lookUp(ids: readonly string[]): Promise<Map<string, Marked>> {
    const found = await this.db.getMany(
      this.table,
      ids.map((id) => markerKey(this.queue, id)),
    );
    const markers = found.filter((marker) => !isExpired(marker, this.now));
    const places = new Map(markers.map((marker) => [markedId(this.queue, marker), toPlace(marker)]));
    const entries = await this.db.getMany(
      this.table,
      [...places.values()].map(({ seq }) => entryKey(this.queue, seq)),
    );
    const there = new Map(entries.map((entry) => [numberAt(entry, 'seq'), entry]));
    const marked = new Map<string, Marked>();
    for (const [id, place] of places) {
      const entry = there.get(place.seq);
      if (entry === undefined) marked.set(id, { place, there: 'nothing' });
      else marked.set(id, { place, there: isTombstoneItem(entry) ? 'tombstone' : 'message' });
    }
    return marked;
  }

  private async place(drafts: readonly Draft[]): Promise<Placed[]> {
    if (drafts.length === 0) return [];
    const events = drafts.map(({ event }) => event);
    const { first, previousUntil } = await this.numbers.take(
      this.queue,
      drafts.length,
      events,
      this.now,
      this.expiresAt,
    );
    const { now: publishedAt, expiresAt } = this;
    for (const [i, { id }] of drafts.entries()) if (!this.since.has(id)) this.since.set(id, first + i);
    return drafts.map((draft, i) => ({
      draft,
      place: { seq: first + i, previousUntil: i === 0 ? previousUntil : expiresAt, publishedAt, expiresAt },
    }));
  }

  /** Claims the draft's id for its number. False: another number was first. */
  private async claim({ draft, place }: Placed, dead: Seq | undefined): Promise<boolean> {
    const claimed = await this.db.put(claimParameters(this.table, this.queue, draft.id, place, dead, this.now));
    if (claimed.done) return true;
    const marker = claimed.retried ? await this.db.get(this.table, markerKey(this.queue, draft.id)) : undefined;
    return marker !== undefined && toPlace(marker).seq === place.seq;
  }

  /** @returns the drafts whose number another process filled. */
  private async putAll(placed: readonly Placed[]): Promise<Placed[]> {
    if (placed.length > 0) this.begun = true;
    const done = await inParallel(placed, WIDTH, async (one) => {
      const stands = await this.put(one);
      if (stands) this.answer(one.draft, one.place.seq, false);
      return stands;
    });
    return placed.filter((_, i) => !done[i]);
  }

  /**
   * Puts a message at its number. True also if an earlier attempt, or another publisher of the same id, has put it
   * there.
   */
  private async put({ draft, place }: Placed): Promise<boolean> {
    const { idempotent: _, ...content } = draft;
    const message: Message = { ...content, ...place };
    if ((await this.db.put(putEntryParameters(this.table, this.queue, message))).done) return true;
    const there = await this.db.get(this.table, entryKey(this.queue, place.seq));
    return there !== undefined && !isTombstoneItem(there) && textAt(there, 'id') === draft.id;
  }

  /** Fills a number that will not be used, so that readers need not wait for it. */
  private async bury(place: Place): Promise<void> {
    const tombstone: Tombstone = { ...place, tombstone: true };
    await this.db.put(putEntryParameters(this.table, this.queue, tombstone));
  }

  private answer(draft: Draft, seq: Seq, duplicate: boolean): void {
    this.answers.set(draft, { seq, id: draft.id, duplicate });
  }
}
