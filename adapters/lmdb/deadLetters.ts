import { type DeadLetter, isTombstone } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { DeadLetterOwner, DeadLetterStore, Page, PageRequest } from '../../broker/ports';
import { paginate } from '../memory/pages';
import type { Database } from './database';
import { decodeEntry, encodeEntry } from './entryText';
import type { Change } from './segments';

type Head = [reason: string, attempts: number, diedAt: number, expiresAt: number];

const encode = ({ message, reason, attempts, diedAt, expiresAt }: DeadLetter): string =>
  `${JSON.stringify([reason, attempts, diedAt, expiresAt] satisfies Head)}\n${encodeEntry(message)}`;

function decode(seq: Seq, text: string): DeadLetter | undefined {
  const end = text.indexOf('\n');
  const [reason, attempts, diedAt, expiresAt] = JSON.parse(text.slice(0, end)) as Head;
  const message = decodeEntry(seq, text.slice(end + 1));
  return isTombstone(message) ? undefined : { message, reason, attempts, diedAt, expiresAt };
}

/** The dead letters: in LMDB, and in memory what is not there yet. */
export class LmdbDeadLetters implements DeadLetterStore {
  /** By owner and seq; undefined: removed. */
  private readonly recent = new Map<string, Map<Seq, DeadLetter | undefined>>();

  constructor(private readonly database: Database) {
    database.onStored((changes) => this.drop(changes));
  }

  async put(owner: DeadLetterOwner, letter: DeadLetter): Promise<void> {
    await this.write(owner, [[letter.message.seq, letter]]);
  }

  async get(owner: DeadLetterOwner, seqs: readonly Seq[], now: Time): Promise<DeadLetter[]> {
    return seqs.flatMap((seq) => this.at(owner, seq) ?? []).filter(({ expiresAt }) => expiresAt > now);
  }

  async remove(owner: DeadLetterOwner, seqs: readonly Seq[]): Promise<void> {
    await this.write(
      owner,
      seqs.map((seq) => [seq, undefined]),
    );
  }

  async list(owner: DeadLetterOwner, page: PageRequest, now: Time): Promise<Page<DeadLetter>> {
    return paginate('deadLetters', [0], this.listed(owner, now), ({ message }) => [message.seq], page);
  }

  async count(owner: DeadLetterOwner, now: Time): Promise<number> {
    return this.listed(owner, now).length;
  }

  private listed(owner: DeadLetterOwner, now: Time): DeadLetter[] {
    const letters = new Map<Seq, DeadLetter | undefined>();
    const [queue, client] = [owner.queue, owner.client];
    for (const { key, value } of this.database.range(
      'deadLetters',
      [queue, client, 0],
      [queue, client, Number.MAX_SAFE_INTEGER],
    ))
      letters.set(Number(key[2]), decode(Number(key[2]), value));
    for (const [seq, letter] of this.recent.get(ownerKey(owner)) ?? []) letters.set(seq, letter);
    return [...letters.values()].flatMap((letter) => (letter === undefined || letter.expiresAt <= now ? [] : [letter]));
  }

  private at(owner: DeadLetterOwner, seq: Seq): DeadLetter | undefined {
    const recent = this.recent.get(ownerKey(owner));
    if (recent?.has(seq)) return recent.get(seq);
    const text = this.database.get('deadLetters', [owner.queue, owner.client, seq]);
    return text === undefined ? undefined : decode(seq, text);
  }

  private async write(owner: DeadLetterOwner, letters: readonly [Seq, DeadLetter | undefined][]): Promise<void> {
    if (letters.length === 0) return;
    await this.database.write(
      letters.map(([seq, letter]) => [
        'deadLetters',
        [owner.queue, owner.client, seq],
        letter === undefined ? null : encode(letter),
      ]),
    );
    const recent = this.recent.get(ownerKey(owner)) ?? new Map<Seq, DeadLetter | undefined>();
    for (const [seq, letter] of letters) recent.set(seq, letter);
    this.recent.set(ownerKey(owner), recent);
  }

  /** What is in LMDB as it is here need not be here. */
  private drop(changes: readonly Change[]): void {
    for (const [table, [queue, client, seq], value] of changes) {
      if (table !== 'deadLetters') continue;
      const key = ownerKey({ queue: queue as QueueName, client: client as DeadLetterOwner['client'] });
      const recent = this.recent.get(key);
      if (!recent?.has(Number(seq))) continue;
      const letter = recent.get(Number(seq));
      if ((letter === undefined ? null : encode(letter)) !== value) continue;
      recent.delete(Number(seq));
      if (recent.size === 0) this.recent.delete(key);
    }
  }
}

const ownerKey = ({ queue, client }: DeadLetterOwner): string => `${client}#${queue}`;
