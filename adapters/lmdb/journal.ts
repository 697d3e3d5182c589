import { Unavailable } from '../../broker/ports';
import type { Digests } from './digest';
import { inBlocks, type Written } from './gather';
import { type Change, encodeGroup } from './groups';
import { type Durability, type OpenSegment, SegmentFiles } from './segments';

/**
 * A group so small is written while the process waits, if nothing was for a while and as long as the disk is quick: a
 * thread that did it would take longer to be woken, and to be heard of. In busy times there is more to do meanwhile.
 */
const QUICK_BYTES = 4096;
const QUIET_MS = 0.5;
const QUICK_MS = 2;
/** The same for a group that is only copied. */
const QUICK_BYTES_UNSYNCED = 256 * 1024;
/** Entries and changes that are enough for a group: the disk has it while the process reads what else has arrived. */
const ENOUGH = 48;
/** What nobody waits for goes with the next group that somebody does wait for, or by itself after so long. */
const LINGER_MS = 5;

/** Who waits for what is to be written: nobody, and not yet; nobody, but it is due; or somebody. */
type Demand = 'none' | 'due' | 'awaited';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Those who wait for the journal to go on in another segment. */
interface Rotation {
  readonly next: OpenSegment;
  readonly resolve: (segment: Segment) => void;
  readonly reject: (error: unknown) => void;
}

export interface JournalOptions {
  /** Called when a group could not be written, before those who wait for it, and for what came after it, are told. */
  readonly onFailure: () => void;
  /** Answers what to wait for before more is written, if too much waits to be stored elsewhere. */
  readonly pressure: () => Promise<void> | undefined;
  /** Answers why nothing may be written at present; undefined if something may. */
  readonly refusal: () => Unavailable | undefined;
  /** What is safe when a write is answered. */
  readonly durability: Durability;
  readonly digests: Digests;
}

/** A part of the journal that is complete. */
export interface Segment {
  readonly number: number;
  /** The number of its last group. */
  readonly through: number;
  readonly changes: readonly Change[];
  /** How much it takes in its file. */
  readonly bytes: number;
}

/**
 * What was promised, on disk before it is promised: all changes that come in while one group is written go as one with
 * the next, and each group is synced once. It is read only after a crash; until then its segments are stored in LMDB a
 * little later, many groups at a time, and dropped.
 */
export class Journal {
  private pending: Written[] = [];
  /** How often what was pending was taken to be written. */
  private taken = 0;
  private waiters: Waiter[] = [];
  private rotation: Rotation | undefined;
  private written: Change[] = [];
  private position = 0;
  private running = false;
  /** It begins to write at the end of this turn. */
  private scheduled: NodeJS.Immediate | undefined;
  /** How many entries and changes are pending. */
  private gathered = 0;
  private demand: Demand = 'none';
  private lingering: NodeJS.Timeout | undefined;
  /** How long the last write took. */
  private lastMs = Number.POSITIVE_INFINITY;
  /** And when it ended. */
  private endedAt = 0;
  /** There may be a part of a group behind the last whole one. */
  private torn = false;

  private constructor(
    private readonly files: SegmentFiles,
    private number: number,
    /** The number of the next group. */
    private group: number,
    private segment: OpenSegment,
    private readonly options: JournalOptions,
  ) {}

  /**
   * @param folder has no segments.
   * @param number of its first segment.
   * @param group the number of its first group.
   */
  static async open(folder: string, number: number, group: number, options: JournalOptions): Promise<Journal> {
    const files = new SegmentFiles(folder, options.durability);
    return new Journal(files, number, group, await files.create(number), options);
  }

  /** Bytes in the segment that is written at present. */
  get size(): number {
    return this.position;
  }

  /** Tells one group from another: what is handed over now goes with the same as all since this was last different. */
  get upcoming(): number {
    return this.taken;
  }

  /**
   * @param written may be added to as long as {@link upcoming} stays the same.
   * @param demand `none`: it may linger for a moment, to share a group with what is awaited.
   * @returns once the changes are on disk. Those who wait are told in the order in which they came.
   * @throws Unavailable they are not, nor is anything that came after them.
   */
  write(written: readonly Written[], demand: 'none' | 'awaited' = 'awaited'): Promise<void> {
    for (const one of written) this.pending.push(one);
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      if (demand === 'awaited') this.hasten();
      else this.lingering ??= setTimeout(() => this.hasten('due'), LINGER_MS);
      this.grow(written.reduce((sum, one) => sum + ('appended' in one ? one.appended.length : 1), 0));
    });
  }

  /** Entries were added to what was handed over. */
  grow(entries: number): void {
    this.gathered += entries;
    if (this.gathered >= ENOUGH) this.begin();
  }

  /** Writes what lingers. */
  hasten(demand: 'due' | 'awaited' = 'awaited'): void {
    if (this.waiters.length === 0 || this.demand === 'awaited') return;
    this.demand = demand;
    this.start();
  }

  /** Completes the segment and goes on in a new one; undefined if nothing was written to it. */
  async rotate(): Promise<Segment | undefined> {
    if (this.written.length === 0) return undefined;
    // Made beforehand, so that no write waits for it.
    const next = await this.files.create(this.number + 1);
    const previous = this.segment;
    const completed = await new Promise<Segment>((resolve, reject) => {
      this.rotation = { next, resolve, reject };
      this.start();
    });
    await previous.close();
    return completed;
  }

  /** Takes a segment out of the journal. */
  retire({ number }: Segment): Promise<void> {
    return this.files.retire(number);
  }

  async close(): Promise<void> {
    await this.segment.close();
  }

  private start(): void {
    if (this.running) return;
    this.running = true;
    // After all that arrives in this turn, so that it shares the group.
    this.scheduled = setImmediate(() => void this.run());
  }

  /** Does not wait for the end of the turn. */
  private begin(): void {
    // What is only copied is there before the turn ends anyway.
    if (this.scheduled === undefined || this.options.durability === 'os') return;
    clearImmediate(this.scheduled);
    void this.run();
  }

  private async run(): Promise<void> {
    this.scheduled = undefined;
    while (this.rotation !== undefined || this.demand !== 'none') {
      if (this.rotation !== undefined) await this.turn(this.rotation);
      else await (this.options.pressure() ?? this.writeGroup());
    }
    this.running = false;
  }

  private async turn({ next, resolve, reject }: Rotation): Promise<void> {
    this.rotation = undefined;
    try {
      // Only the last segment that is written to may end in what is not whole.
      if (this.torn) await this.segment.cut(this.position);
      this.torn = false;
      resolve({ number: this.number, through: this.group - 1, changes: this.written, bytes: this.position });
      this.segment = next;
      this.number += 1;
      this.position = 0;
      this.written = [];
    } catch (error) {
      await next.close();
      reject(error);
    }
  }

  /** Whether the process waits while a group is written. */
  private waitsFor(group: Buffer, demand: Demand, now: number): boolean {
    const isSmall =
      this.options.durability === 'fsync'
        ? group.length <= QUICK_BYTES && now - this.endedAt >= QUIET_MS
        : group.length <= QUICK_BYTES_UNSYNCED;
    return demand === 'awaited' && isSmall && this.lastMs <= QUICK_MS;
  }

  private async writeGroup(): Promise<void> {
    const { pending, waiters, demand } = this;
    this.clear();
    const refusal = this.options.refusal();
    if (refusal !== undefined) return this.fail(waiters, refusal);
    const changes = inBlocks(pending);
    try {
      // Nothing to write is still to be waited for: what came before it is on disk then.
      if (changes.length > 0) {
        const place = { segment: this.number, group: this.group };
        const group = encodeGroup(this.options.digests, place, changes);
        const begun = performance.now();
        // What is not written whole is written over by the next.
        if (this.waitsFor(group, demand, begun)) this.segment.writeNow(group, this.position);
        else await this.segment.write(group, this.position);
        this.endedAt = performance.now();
        this.lastMs = this.endedAt - begun;
        this.position += group.length;
        this.group += 1;
      }
    } catch (cause) {
      this.torn = true;
      return this.fail(waiters, new Unavailable('the journal could not be written', { cause }));
    }
    for (const change of changes) this.written.push(change);
    for (const { resolve } of waiters) resolve();
  }

  /** Tells those whose group is not written, and those who came after them. */
  private fail(waiters: readonly Waiter[], error: Unavailable): void {
    this.options.onFailure();
    const rejected = [...waiters, ...this.waiters];
    this.clear();
    for (const { reject } of rejected) reject(error);
  }

  /** From now on nothing waits to be written. */
  private clear(): void {
    this.pending = [];
    this.waiters = [];
    this.gathered = 0;
    this.taken += 1;
    this.demand = 'none';
    clearTimeout(this.lingering);
    this.lingering = undefined;
  }
}
