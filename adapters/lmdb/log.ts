import { isTombstone, type LogEntry, type Message, type Tombstone } from '../../broker/model/message';
import type { QueueName, Seq, Time } from '../../broker/model/names';
import type { Appended, Draft, MessageLog } from '../../broker/ports';
import { Blocks } from './blocks';
import type { Database } from './database';
import { asStored, encodeEntry, type StoredMessage } from './entryText';
import type { LmdbQueues } from './queues';
import type { Change } from './segments';
import { Tail } from './tail';

/** Where a chosen id stands, from before its message is durable. */
interface Marker {
  readonly seq: Seq;
  readonly expiresAt: Time;
  /** Settles with the message it belongs to. */
  readonly durable: Promise<void>;
}

interface Live {
  readonly tail: Tail;
  /** The last number given, above the durable head while its message is written. */
  taken: { seq: Seq; at: Time } | undefined;
  /** Of chosen ids that are not in LMDB yet. */
  readonly markers: Map<string, Marker>;
}

/** How much is kept in memory though LMDB has it: those who were away a moment are served from it. Characters. */
const RECENT = 2 * 1024 * 1024;

/** Messages of one queue that came to LMDB together. */
interface Stored {
  readonly queue: QueueName;
  through: Seq;
  characters: number;
}

/** The logs: the newest part in memory, and all but the very newest in LMDB. */
export class LmdbLog implements MessageLog {
  private readonly live = new Map<QueueName, Live>();
  /** What is both in memory and in LMDB, the oldest first. */
  private readonly recent: Stored[] = [];
  private recentCharacters = 0;
  private readonly blocks: Blocks;

  /** @param onAppended called when messages of a queue became durable: the doorbell. */
  constructor(
    private readonly database: Database,
    private readonly queues: LmdbQueues,
    private readonly onAppended: (queue: QueueName) => void,
  ) {
    this.blocks = new Blocks(database);
    database.onFailure(() => {
      for (const [queue, live] of this.live) {
        const { head } = this.queues.headOf(queue);
        for (const [id, { seq }] of live.markers) if (seq > head) live.markers.delete(id);
        live.taken = undefined;
      }
    });
    database.onStored((changes) => this.settle(changes));
    database.useEntries((queue, seq) => this.live.get(queue)?.tail.get(seq));
  }

  async append(queue: QueueName, drafts: readonly Draft[], now: Time, expiresAt: Time): Promise<Appended[]> {
    const live = this.of(queue);
    const answers: Appended[] = [];
    const entries: StoredMessage[] = [];
    const changes: Change[] = [];
    const awaited: Promise<void>[] = [];
    const marked: string[] = [];
    for (const draft of drafts) {
      const marker = draft.idempotent ? this.marker(queue, live, draft.id, now, marked) : undefined;
      if (marker) {
        if (marker.durable) awaited.push(marker.durable);
        answers.push({ seq: marker.seq, id: draft.id, duplicate: true });
        continue;
      }
      const { seq, previousAt } = this.take(queue, live, now);
      const { id, event, payload, headers, publisher } = draft;
      const message = { seq, id, event, payload, headers, publisher, publishedAt: now, expiresAt, previousAt };
      const stored = asStored(message);
      entries.push(stored);
      answers.push({ seq, id, duplicate: false });
      changes.push(['messages', [queue, seq], encodeEntry(stored)]);
      if (draft.idempotent) {
        marked.push(id);
        changes.push(['markers', [queue, id], `${seq} ${expiresAt}`]);
        live.markers.set(id, { seq, expiresAt, durable: PENDING });
      }
    }
    const learning = this.queues.learning(
      queue,
      entries.map(({ event }) => event),
      now,
    );
    if (learning) changes.push(learning);
    if (entries.length > 0) awaited.push(this.store(queue, live, entries, changes, marked));
    await (awaited.length === 1 ? awaited[0] : Promise.all(awaited));
    return answers;
  }

  async read(queue: QueueName, from: Seq, limit: number, now: Time): Promise<LogEntry[]> {
    const recent = this.live.get(queue)?.tail.from(from, limit, now) ?? [];
    // All is in memory: the usual case by far.
    if (recent[0]?.seq === from) return recent;
    return merge(this.stored(queue, from, limit, now), recent).slice(0, limit);
  }

  async get(queue: QueueName, seqs: readonly Seq[], now: Time): Promise<Message[]> {
    return seqs.flatMap((seq) => {
      const entry = this.at(queue, seq);
      return entry === undefined || isTombstone(entry) || entry.expiresAt <= now ? [] : [entry];
    });
  }

  async fill(queue: QueueName, tombstone: Tombstone): Promise<void> {
    const live = this.of(queue);
    if (this.at(queue, tombstone.seq) !== undefined) return;
    await this.database.write([['messages', [queue, tombstone.seq], encodeEntry(tombstone)]]);
    live.tail.add(tombstone);
    this.queues.reach(queue, tombstone.seq, tombstone.publishedAt, []);
  }

  private at(queue: QueueName, seq: Seq): LogEntry | undefined {
    const recent = this.live.get(queue)?.tail.get(seq);
    if (recent) return recent;
    const [block] = this.blocks.from(queue, seq);
    return block?.find((entry) => entry.seq === seq);
  }

  /** What LMDB has of a log from a number on. */
  private stored(queue: QueueName, from: Seq, limit: number, now: Time): LogEntry[] {
    const found: LogEntry[] = [];
    for (const block of this.blocks.from(queue, from)) {
      for (const entry of block) if (entry.seq >= from && entry.expiresAt > now) found.push(entry);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The next number. */
  private take(queue: QueueName, live: Live, now: Time): { seq: Seq; previousAt: Time } {
    const { head, headAt } = this.queues.headOf(queue);
    const last = live.taken && live.taken.seq > head ? live.taken : { seq: head, at: headAt };
    live.taken = { seq: last.seq + 1, at: now };
    return { seq: last.seq + 1, previousAt: last.at };
  }

  private async store(
    queue: QueueName,
    live: Live,
    entries: readonly StoredMessage[],
    changes: readonly Change[],
    marked: readonly string[],
  ): Promise<void> {
    const durable = this.database.write(changes);
    for (const id of marked) {
      const marker = live.markers.get(id);
      if (marker) live.markers.set(id, { ...marker, durable });
    }
    await durable;
    for (const entry of entries) {
      live.tail.add(entry);
      this.queues.reach(queue, entry.seq, entry.publishedAt, [entry.event]);
    }
    this.onAppended(queue);
  }

  private marker(queue: QueueName, live: Live, id: string, now: Time, own: readonly string[]) {
    const recent = live.markers.get(id);
    if (recent && recent.expiresAt > now)
      // Of this very append: it is awaited anyway.
      return own.includes(id) ? { seq: recent.seq } : { seq: recent.seq, durable: recent.durable };
    const text = this.database.get('markers', [queue, id]);
    if (text === undefined) return undefined;
    const [seq = 0, expiresAt = 0] = text.split(' ').map(Number);
    return expiresAt > now ? { seq } : undefined;
  }

  /** These are in LMDB now: keeps the newest of them in memory too, and forgets the oldest of before. */
  private settle(changes: readonly Change[]): void {
    const stored = new Map<QueueName, Stored>();
    for (const [table, [name, part], value] of changes) {
      const queue = name as QueueName;
      if (table === 'markers') this.live.get(queue)?.markers.delete(String(part));
      if (table !== 'messages') continue;
      const batch = stored.get(queue) ?? { queue, through: 0, characters: 0 };
      stored.set(queue, batch);
      batch.through = Math.max(batch.through, Number(part));
      batch.characters += value?.length ?? 0;
    }
    for (const batch of stored.values()) {
      this.recent.push(batch);
      this.recentCharacters += batch.characters;
    }
    while (this.recentCharacters > RECENT) {
      const oldest = this.recent.shift();
      if (oldest === undefined) return;
      this.recentCharacters -= oldest.characters;
      this.live.get(oldest.queue)?.tail.dropThrough(oldest.through);
    }
  }

  private of(queue: QueueName): Live {
    let live = this.live.get(queue);
    if (live === undefined) {
      live = { tail: new Tail(), taken: undefined, markers: new Map() };
      this.live.set(queue, live);
    }
    return live;
  }
}

const PENDING: Promise<void> = Promise.resolve();

/** All of both, ascending; what both have once. */
function merge(stored: readonly LogEntry[], recent: readonly LogEntry[]): readonly LogEntry[] {
  const last = stored.at(-1);
  const first = recent[0];
  if (first === undefined) return stored;
  if (last === undefined || last.seq < first.seq) return [...stored, ...recent];
  const kept = new Set(recent.map(({ seq }) => seq));
  return [...stored.filter(({ seq }) => !kept.has(seq)), ...recent].sort((a, b) => a.seq - b.seq);
}
