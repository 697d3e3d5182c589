import { setImmediate as nextTurn } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { DeadLetter } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { DeadLetterOwner, DeadLetterStore, Page, PageRequest } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import { OrderedMap } from '../memory/orderedMap';
import { firstPage } from '../memory/pages';
import type { Database } from './database';
import type { Change } from './groups';
import { expiredLetters, expiryChange } from './letterExpiries';
import { decodeLetter, encodeLetter } from './letterText';
import type { Key } from './tables';

const Position = z.strictObject({ list: z.literal('deadLetters'), after: z.int().check(z.minimum(0)) });

/** A letter that is in memory; null: removed. */
type Recent = DeadLetter | null;

/** The dead letters in LMDB, and in memory those that are not written yet. */
export class LmdbDeadLetters implements DeadLetterStore {
  /** By owner and seq. */
  private readonly recent = new Map<string, OrderedMap<Seq, Recent>>();

  constructor(private readonly database: Database) {
    database.onStored((changes) => this.drop(changes));
  }

  async put(owner: DeadLetterOwner, letter: DeadLetter): Promise<void> {
    await this.write(owner, [[letter.message.seq, letter]]);
  }

  async get(owner: DeadLetterOwner, seqs: readonly Seq[], now: Time): Promise<DeadLetter[]> {
    return seqs.flatMap((seq) => this.at(owner, seq, now) ?? []);
  }

  async remove(owner: DeadLetterOwner, seqs: readonly Seq[]): Promise<void> {
    await this.write(
      owner,
      seqs.map((seq) => [seq, null]),
    );
  }

  async list(owner: DeadLetterOwner, { limit, cursor }: PageRequest, now: Time): Promise<Page<DeadLetter>> {
    // Lets other work run between the pages.
    await nextTurn();
    const after = cursor === undefined ? 0 : fromCursor(Position, cursor).after;
    return firstPage(this.living(owner, after, now), limit, ({ message }) =>
      toCursor({ list: 'deadLetters', after: message.seq }),
    );
  }

  async count(owner: DeadLetterOwner, now: Time): Promise<number> {
    const recent = this.recent.get(ownerKey(owner));
    let count = this.database.count('deadLetters', keyAt(owner, 0), keyAt(owner, Number.MAX_SAFE_INTEGER));
    for (const [seq, letter] of recent ?? []) {
      if (this.database.has('deadLetters', keyAt(owner, seq))) count -= 1;
      if (letter !== null && letter.expiresAt > now) count += 1;
    }
    for (const { letter } of expiredLetters(this.database, now)) {
      const [queue, client, seq] = letter ?? [];
      if (queue === owner.queue && client === owner.client && !recent?.has(Number(seq))) count -= 1;
    }
    return count;
  }

  /** The letters after a number, ascending, read lazily. */
  private *living(owner: DeadLetterOwner, after: Seq, now: Time): Generator<DeadLetter> {
    const recent = this.recent.get(ownerKey(owner))?.after(after);
    let next = recent?.next().value;
    const stored = this.database.range('deadLetters', keyAt(owner, after + 1), keyAt(owner, Number.MAX_SAFE_INTEGER));
    for (const { key, value } of stored) {
      const seq = Number(key[2]);
      for (; next !== undefined && next[0] < seq; next = recent?.next().value) if (lives(next[1], now)) yield next[1];
      if (next?.[0] === seq) continue;
      const letter = decodeLetter(seq, value, now);
      if (letter !== undefined) yield letter;
    }
    for (; next !== undefined; next = recent?.next().value) if (lives(next[1], now)) yield next[1];
  }

  private at(owner: DeadLetterOwner, seq: Seq, now: Time): DeadLetter | undefined {
    const recent = this.recent.get(ownerKey(owner))?.get(seq);
    if (recent !== undefined) return lives(recent, now) ? recent : undefined;
    const text = this.database.get('deadLetters', keyAt(owner, seq));
    return text === undefined ? undefined : decodeLetter(seq, text, now);
  }

  private async write(owner: DeadLetterOwner, letters: readonly [Seq, Recent][]): Promise<void> {
    if (letters.length === 0) return;
    await this.database.write(letters.flatMap(([seq, letter]) => changesOf(owner, seq, letter)));
    const recent = this.recent.get(ownerKey(owner)) ?? new OrderedMap<Seq, Recent>();
    for (const [seq, letter] of letters) recent.set(seq, letter);
    this.recent.set(ownerKey(owner), recent);
  }

  /** Drops from memory what LMDB has now. */
  private drop(changes: readonly Change[]): void {
    for (const [table, [queue, client, seq], value] of changes) {
      if (table !== 'deadLetters') continue;
      const key = ownerKey({ queue: queue as QueueName, client: client as DeadLetterOwner['client'] });
      const recent = this.recent.get(key);
      const letter = recent?.get(Number(seq));
      if (recent === undefined || letter === undefined) continue;
      if ((letter && encodeLetter(letter)) !== value) continue;
      recent.delete(Number(seq));
      if (recent.size === 0) this.recent.delete(key);
    }
  }
}

const lives = (letter: Recent, now: Time): letter is DeadLetter => letter !== null && letter.expiresAt > now;

const changesOf = (owner: DeadLetterOwner, seq: Seq, letter: Recent): Change[] =>
  letter === null
    ? [['deadLetters', keyAt(owner, seq), null]]
    : [['deadLetters', keyAt(owner, seq), encodeLetter(letter)], expiryChange(owner, seq, letter.expiresAt)];

const keyAt = ({ queue, client }: DeadLetterOwner, seq: Seq): Key => [queue, client, seq];

const ownerKey = ({ queue, client }: DeadLetterOwner): string => `${client}#${queue}`;
