import { setImmediate as nextTurn } from 'node:timers/promises';
import { Unavailable } from '../../broker/ports';
import { type DataFolder, UnusableFolder } from './dataFolder';
import { type Digests, loadDigests } from './digest';
import { errorCode, messageOf } from './errorCode';
import { forLmdb, type Written } from './gather';
import { type Change, CorruptStore } from './groups';
import { Journal, type Segment } from './journal';
import { replay } from './replay';
import { clearSegments, type Durability, segmentNumbers, syncFolder } from './segments';
import { expectAccess, faultOf, StoreLength } from './storeFile';
import { causeOf, type Key, type TableName, Tables } from './tables';

/** What is to be removed. */
export type Doomed = readonly [table: TableName, key: Key];

const SEGMENT_BYTES = 2 * 1024 * 1024;
/** So much may be in the journal while LMDB is busy with what came before; those who write more wait. */
const MOST_BYTES = 6 * 1024 * 1024;
/** So much of the journal is held, on the disk and in memory, while LMDB takes nothing of it. */
const MOST_UNSTORED_BYTES = 32 * 1024 * 1024;
const STORE_EVERY_MS = 5_000;

const AT_ONCE = 1_024;

/** Where the store says, in its table `journal`, which group of that is the last that it has. */
const THROUGH: Key = ['through'];

type Listener = () => void;

/** Told what fails without anyone waiting for it. */
export type Report = (what: string, error: unknown) => void;

/**
 * LMDB behind a journal. A change is promised when the journal has it, and stored in LMDB, with a thousand others, a
 * little later. Until then it is not read here: those who write keep in memory what they wrote, until `onStored`.
 */
export class Database extends Tables {
  private readonly failureListeners: Listener[] = [];
  private readonly storedListeners: ((changes: readonly Change[]) => void)[] = [];
  private readonly length: StoreLength;
  private journal: Journal | undefined;
  private timer: NodeJS.Timeout | undefined;
  private storing: Promise<boolean> | undefined;
  private readonly unstored: Segment[] = [];
  /** Whether LMDB did not take what it was last given. It is given the same again every few seconds. */
  private isRefused = false;
  private applying: Promise<void> | undefined;

  private constructor(
    private readonly folder: DataFolder,
    private readonly report: Report,
    private readonly durability: Durability,
    digests: Digests,
  ) {
    super(folder.store, digests);
    this.length = new StoreLength(folder.store);
  }

  /**
   * Opens what is in a folder; after a crash, stores what the journal has and LMDB has not.
   *
   * @param report told what fails without anyone waiting for it.
   * @param durability with `os`, a journal that a power cut has damaged is read up to there.
   * @throws CorruptStore, UnusableFolder, or what the system says of files that cannot be used.
   */
  static async open(folder: DataFolder, report: Report, durability: Durability): Promise<Database> {
    await expectAccess(folder.store);
    const fault = await faultOf(folder.store);
    if (fault !== undefined)
      throw new CorruptStore(
        `the store in ${folder.store} cannot be opened: it is damaged (${fault}), restore the data folder`,
      );
    const digests = await loadDigests();
    let database: Database;
    try {
      database = new Database(folder, report, durability, digests);
    } catch (cause) {
      throw notOpened(folder.store, cause);
    }
    // LMDB syncs its file, but not the name of it.
    await syncFolder(folder.store);
    const { segment, group } = await database.recover();
    database.journal = await Journal.open(folder.journal, segment + 1, group + 1, {
      onFailure: () => {
        for (const listener of database.failureListeners) listener();
      },
      pressure: () => database.pressure(),
      refusal: () => database.refusal(),
      durability,
      digests,
    });
    database.timer = setInterval(() => void database.store(), STORE_EVERY_MS);
    database.timer.unref();
    return database;
  }

  /** As {@link Journal.upcoming}. */
  get upcoming(): number | undefined {
    return this.journal?.upcoming;
  }

  /**
   * @param written may be added to as long as {@link upcoming} stays the same.
   * @param demand `none`: nobody waits for it, and it may linger for a moment.
   * @returns once the changes are on disk. @throws Unavailable
   */
  write(written: readonly Written[], demand: 'none' | 'awaited' = 'awaited'): Promise<void> {
    if (this.journal === undefined) return Promise.reject(new Error('the database is closed'));
    const durable = this.journal.write(written, demand);
    if (this.journal.size > SEGMENT_BYTES) void this.store();
    return durable;
  }

  /**
   * Whether what is written gets into LMDB, by the last that was to.
   *
   * @throws Unavailable it does not: the journal has it, but cannot take more for ever.
   */
  expectStoring(): void {
    if (this.isRefused) throw new Unavailable('LMDB does not take what is in the journal');
  }

  /** As {@link Journal.grow}. */
  grow(entries: number): void {
    this.journal?.grow(entries);
  }

  /** Writes what lingers, for now it is waited for. */
  hasten(): void {
    this.journal?.hasten();
  }

  /**
   * To be awaited before {@link discard}, if what was written is needed once that has taken effect: it goes to the disk
   * at once, and with `os` a power cut may take what was written to the journal before.
   *
   * @returns once what was written before is on disk. @throws Unavailable
   */
  async secure(): Promise<void> {
    if (this.durability === 'fsync') return;
    // What is stored at present may have been taken from the journal before the last write.
    await this.storing;
    if (!(await this.store())) throw new Unavailable('the journal could not be stored in LMDB');
  }

  /**
   * Removes what nobody will read any more; harmless if it comes back after a crash.
   *
   * @param find says what. It is asked when nothing is on its way into LMDB: what it finds expired may be written anew
   * by what is, and would be removed behind that.
   * @returns what was removed.
   */
  async discard(find: () => readonly Doomed[]): Promise<readonly Doomed[]> {
    while (this.applying !== undefined) await this.applying.catch(() => undefined);
    const doomed = find();
    if (doomed.length > 0) await this.commit(doomed.map(([table, key]) => [table, key, null]));
    return doomed;
  }

  /** Called when something could not be written, before its writer is told: nothing written since was either. */
  onFailure(listener: Listener): void {
    this.failureListeners.push(listener);
  }

  /** Called when changes are in LMDB, and are read from there. */
  onStored(listener: (changes: readonly Change[]) => void): void {
    this.storedListeners.push(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.storing;
    await this.store();
    await this.journal?.close();
    this.journal = undefined;
    await this.root.close();
    await this.folder.release();
  }

  /** What writers have to wait for, lest the journal outgrows memory; a failure of it is not theirs. */
  private pressure(): Promise<void> | undefined {
    if (this.applying === undefined || (this.journal?.size ?? 0) < MOST_BYTES) return undefined;
    return this.applying.catch(() => undefined);
  }

  /** Why nothing more is written: lest what LMDB does not take outgrows memory, and the disk. */
  private refusal(): Unavailable | undefined {
    if (!this.isRefused) return undefined;
    const bytes = this.unstored.reduce((sum, segment) => sum + segment.bytes, this.journal?.size ?? 0);
    if (bytes < MOST_UNSTORED_BYTES) return undefined;
    return new Unavailable('LMDB does not take what is in the journal, which is as much as it may be');
  }

  /** @returns whether all that was written before is in LMDB, and on disk; if not, the failure was reported. */
  private store(): Promise<boolean> {
    this.storing ??= this.storeSegment().finally(() => {
      this.storing = undefined;
    });
    return this.storing;
  }

  private async storeSegment(): Promise<boolean> {
    try {
      const segment = await this.journal?.rotate();
      if (segment) this.unstored.push(segment);
      for (let next = this.unstored[0]; next !== undefined; next = this.unstored[0]) {
        this.applying = this.apply(next.changes, next.through);
        await this.applying;
        this.applying = undefined;
        // Before anything later is stored: read after a crash, it would take the place of that.
        await this.journal?.retire(next);
        this.unstored.shift();
        for (const listener of this.storedListeners) listener(next.changes);
      }
      this.isRefused = false;
      return true;
    } catch (error) {
      // The journal keeps it: nothing is lost, and the next turn tries again.
      this.applying = undefined;
      this.isRefused = true;
      this.report('the journal could not be stored in LMDB', await causeOf(error));
      return false;
    }
  }

  /** @param through the number of the last group that these are of. */
  private async apply(written: readonly Change[], through: number): Promise<void> {
    const changes: Change[] = [...forLmdb(written), ['journal', THROUGH, String(through)]];
    const commits: Promise<boolean>[] = [];
    for (let from = 0; from < changes.length; from += AT_ONCE) {
      commits.push(this.commit(changes.slice(from, from + AT_ONCE)));
      // Others come first: what is stored here is promised already.
      await nextTurn();
    }
    await Promise.all(commits);
    await this.root.flushed;
    // On a full disk too, what was stored is to make room in the journal.
    await this.length.remember().catch((error) => this.report('the length of the store could not be kept', error));
    this.root.resetReadTxn();
  }

  /** @throws CorruptStore unless a power cut is allowed to do this. */
  private refuseDamage(file: string): void {
    const what = `${file} is damaged`;
    if (this.durability === 'fsync')
      throw new CorruptStore(
        `${what}: restore the data folder; or start with --durability os, which goes on with what was written before`,
      );
    this.report(`${what}, as a power cut may leave it: what was written from there on is lost`, undefined);
  }

  /** @returns the number of the last segment there was, and of the last group that is stored; 0 if there was none. */
  private async recover(): Promise<{ segment: number; group: number }> {
    const folder = this.folder.journal;
    const stored = this.lastStored();
    const { segments, damaged } = await replay(folder, this.digests, stored);
    if (damaged !== undefined) this.refuseDamage(damaged);
    try {
      for (const { changes, through } of segments) if (through !== undefined) await this.apply(changes, through);
    } catch (cause) {
      const why = messageOf(await causeOf(cause));
      throw new UnusableFolder(
        `what is in ${folder} cannot be stored (${why}): see that there is room on the disk, and start again`,
        { cause },
      );
    }
    const segment = (await segmentNumbers(folder)).at(-1) ?? 0;
    await clearSegments(folder);
    return { segment, group: this.lastStored() };
  }

  private lastStored(): number {
    return Number(this.get('journal', THROUGH) ?? 0);
  }
}

/** LMDB's numbers for what is wrong in a file are negative; the others are of the system. */
function notOpened(folder: string, cause: unknown): UnusableFolder | CorruptStore {
  const [code, why] = [errorCode(cause), messageOf(cause)];
  return typeof code === 'number' && code > 0
    ? new UnusableFolder(`the store in ${folder} cannot be opened (${why})`, { cause })
    : new CorruptStore(`the store in ${folder} cannot be opened: it is damaged (${why}), restore the data folder`, {
        cause,
      });
}
