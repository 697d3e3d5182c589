import { isTombstone, type LogEntry, type Message, type Tombstone } from '../../broker/model/message';
import type { EventName, QueueName, Seq, Time } from '../../broker/model/names';
import type { Appended, Draft, MessageLog } from '../../broker/ports';
import { Blocks } from './blocks';
import type { Database } from './database';
import { asStored, type StoredMessage } from './entryText';
import { GreatestId } from './greatestId';
import type { Change } from './groups';
import { isMarked, StoredMarkers } from './markers';
import type { LmdbQueues } from './queues';
import { type Marker, RecentMarkers } from './recentMarkers';
import { Tail } from './tail';
import { Turns } from './turns';

/** Messages of a queue that go to disk together. */
interface Group {
  /** Tells when it takes no more: {@link Database.upcoming}. */
  readonly number: number | undefined;
  readonly appended: StoredMessage[];
  readonly durable: Promise<void>;
}

interface Live {
  readonly tail: Tail;
  group: Group | undefined;
  /** The last number given, above the durable head while its message is written. */
  taken: { seq: Seq; until: Time } | undefined;
  readonly recentMarkers: RecentMarkers;
  /** Of all ids that were ever given. */
  readonly greatest: GreatestId;
  /** Of those in LMDB. */
  readonly greatestStored: GreatestId;
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
  /** Of those who read from LMDB. */
  private readonly turns = new Turns();
  private readonly blocks: Blocks;
  private readonly markers: StoredMarkers;

  /** @param onAppended called when messages of a queue became durable: the doorbell. */
  constructor(
    private readonly database: Database,
    private readonly queues: LmdbQueues,
    private readonly onAppended: (queue: QueueName) => void,
  ) {
    this.blocks = new Blocks(database);
    this.markers = new StoredMarkers(database, this.blocks);
    database.onFailure(() => {
      for (const [queue, live] of this.live) {
        live.recentMarkers.dropAfter(this.queues.headOf(queue).head);
        live.taken = undefined;
      }
    });
    database.onStored((changes) => this.settle(changes));
  }

  async append(queue: QueueName, drafts: readonly Draft[], now: Time, expiresAt: Time): Promise<Appended[]> {
    const live = this.of(queue);
    const awaited: Promise<void>[] = [];
    const answers: Appended[] = [];
    const appended: StoredMessage[] = [];
    let { seq: last, until: previousUntil } = this.last(queue, live);
    for (const { id, idempotent, event, payload, headers, publisher } of drafts) {
      const known = idempotent ? this.marked(queue, live, id, appended, now) : undefined;
      if (known) {
        if (known.durable) awaited.push(known.durable);
        answers.push({ seq: known.seq, id, duplicate: true });
        continue;
      }
      last += 1;
      const message = { seq: last, id, event, payload, headers, publisher, publishedAt: now, expiresAt, previousUntil };
      previousUntil = expiresAt;
      const marking = !idempotent ? 'none' : live.greatest.isBelow(id) ? 'ascending' : 'single';
      if (idempotent) live.greatest.add(id);
      appended.push(asStored(message, marking));
      answers.push({ seq: last, id, duplicate: false });
    }
    if (appended.length > 0) {
      live.taken = { seq: last, until: expiresAt };
      const durable = this.store(queue, live, appended, now);
      if (appended.some(isMarked)) live.recentMarkers.add({ appended, durable });
      awaited.push(durable);
    }
    await (awaited.length === 1 ? awaited[0] : Promise.all(awaited));
    return answers;
  }

  async read(queue: QueueName, from: Seq, limit: number, now: Time): Promise<LogEntry[]> {
    const recent = this.live.get(queue)?.tail.from(from, limit, now) ?? [];
    // All is in memory: the usual case by far.
    if (recent[0]?.seq === from) return recent;
    await this.turns.letOthers();
    return merge(this.stored(queue, from, limit, now), recent).slice(0, limit);
  }

  async get(queue: QueueName, seqs: readonly Seq[], now: Time): Promise<Message[]> {
    return seqs.flatMap((seq) => {
      const entry = this.at(queue, seq);
      return entry === undefined || isTombstone(entry) || entry.expiresAt <= now ? [] : [entry];
    });
  }

  async fill(queue: QueueName, tombstone: Tombstone): Promise<boolean> {
    const live = this.of(queue);
    if (this.at(queue, tombstone.seq) !== undefined) return false;
    await this.database.write([{ queue, appended: [tombstone] }]);
    live.tail.add(tombstone);
    this.queues.reach(queue, tombstone, []);
    return true;
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

  /** The last number given, and until when it is retained. */
  private last(queue: QueueName, { taken }: Live): { seq: Seq; until: Time } {
    const { head, headUntil } = this.queues.headOf(queue);
    return taken && taken.seq > head ? taken : { seq: head, until: headUntil };
  }

  /** @returns once they are on disk and can be read. */
  private store(queue: QueueName, live: Live, appended: readonly StoredMessage[], now: Time): Promise<void> {
    const learning = this.queues.learning(queue, eventsOf(appended), now);
    const { upcoming } = this.database;
    const { group } = live;
    if (learning === undefined && group !== undefined && group.number === upcoming) {
      group.appended.push(...appended);
      this.database.grow(appended.length);
      return group.durable;
    }
    const all = [...appended];
    const durable = this.write(queue, live, all, learning);
    live.group = { number: upcoming, appended: all, durable };
    return durable;
  }

  /** @param appended has all of the group by the time that it is written. */
  private async write(queue: QueueName, live: Live, appended: readonly StoredMessage[], learning: Change | undefined) {
    await this.database.write(learning ? [{ queue, appended }, learning] : [{ queue, appended }]);
    for (const message of appended) live.tail.add(message);
    const last = appended.at(-1);
    if (last) this.queues.reach(queue, last, eventsOf(appended));
    this.onAppended(queue);
    await deliveriesBegun();
  }

  /**
   * Where the message of an id stands, as long as it is retained.
   *
   * @param appended before it, together with it.
   */
  private marked(
    queue: QueueName,
    live: Live,
    id: string,
    appended: readonly StoredMessage[],
    now: Time,
  ): (Pick<Marker, 'seq'> & Partial<Marker>) | undefined {
    if (live.greatest.isBelow(id)) return undefined;
    const own = appended.find((message) => isMarked(message) && message.id === id);
    if (own) return { seq: own.seq };
    const recent = live.recentMarkers.find(id);
    if (recent) return recent.expiresAt > now ? recent : undefined;
    if (live.greatestStored.isBelow(id)) return undefined;
    const stored = this.markers.find(queue, id);
    return stored && stored.expiresAt > now ? { seq: stored.seq } : undefined;
  }

  /** These are in LMDB now: keeps the newest of them in memory too, and forgets the oldest of before. */
  private settle(changes: readonly Change[]): void {
    const stored = new Map<QueueName, Stored>();
    for (const [, [name], value, entries] of changes) {
      if (entries === undefined) continue;
      const queue = name as QueueName;
      const greatest = this.live.get(queue)?.greatestStored;
      if (greatest) for (const entry of entries) if (isMarked(entry)) greatest.add(entry.id);
      const batch = stored.get(queue) ?? { queue, through: 0, characters: 0 };
      stored.set(queue, batch);
      batch.through = Math.max(batch.through, entries.at(-1)?.seq ?? 0);
      batch.characters += value?.length ?? 0;
    }
    for (const batch of stored.values()) {
      this.live.get(batch.queue)?.recentMarkers.dropThrough(batch.through);
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
      const id = this.markers.greatest(queue);
      live = {
        tail: new Tail(),
        group: undefined,
        taken: undefined,
        recentMarkers: new RecentMarkers(),
        greatest: new GreatestId(id),
        greatestStored: new GreatestId(id),
      };
      this.live.set(queue, live);
    }
    return live;
  }
}

/**
 * Resolves when all that is ready to be delivered now is on its way, however many promises that takes. Otherwise the
 * answers to those who published would be made in between.
 */
const deliveriesBegun = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const eventsOf = (messages: readonly StoredMessage[]): EventName[] =>
  messages.length === 1 ? messages.map(({ event }) => event) : [...new Set(messages.map(({ event }) => event))];

/** All of both, ascending; what both have once. */
function merge(stored: readonly LogEntry[], recent: readonly LogEntry[]): readonly LogEntry[] {
  const last = stored.at(-1);
  const first = recent[0];
  if (first === undefined) return stored;
  if (last === undefined || last.seq < first.seq) return [...stored, ...recent];
  const kept = new Set(recent.map(({ seq }) => seq));
  return [...stored.filter(({ seq }) => !kept.has(seq)), ...recent].sort((a, b) => a.seq - b.seq);
}
