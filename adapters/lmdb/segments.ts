import { constants, fdatasync, fdatasyncSync, promises as fs, write, writeSync } from 'node:fs';
import { join } from 'node:path';

const SUFFIX = '.journal';
const SPARE_SUFFIX = '.spare';
/** Other files in the folder are ignored. */
const SEGMENT = /^\d{12}\.journal$/;

const nameOf = (number: number): string => String(number).padStart(12, '0');

/** Where a segment is kept. */
export const segmentFile = (folder: string, number: number): string => join(folder, `${nameOf(number)}${SUFFIX}`);

/** The numbers of the segments in a folder, ascending. */
export async function segmentNumbers(folder: string): Promise<number[]> {
  const names = await fs.readdir(folder);
  return names
    .filter((name) => SEGMENT.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

/**
 * Removes all segments of a folder, the oldest first, and the files kept for reuse. The next writer counts groups from
 * the beginning, and must not find earlier ones.
 */
export async function clearSegments(folder: string): Promise<void> {
  for (const number of await segmentNumbers(folder)) await fs.rm(segmentFile(folder, number));
  for (const name of await fs.readdir(folder)) if (name.endsWith(SPARE_SUFFIX)) await fs.rm(join(folder, name));
  await syncFolder(folder);
}

/** Where there is O_DSYNC, a write and its sync are one call; elsewhere the sync follows the write. */
export const WRITES_SYNC = process.platform === 'linux';

/** A segment that is being written, by its descriptor: the promises of a FileHandle take longer than some disks. */
export interface OpenSegment {
  /** Puts bytes at a position, as safe as its {@link Durability} says. */
  write(bytes: Buffer, position: number): Promise<void>;
  /** The same while this process waits. */
  writeNow(bytes: Buffer, position: number): void;
  /** Removes what is after a position, on disk. */
  cut(position: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * What is safe when a write is answered. `fsync`: it is on disk, and survives a power cut. `os`: the operating system
 * has it; it survives the end of this process, however it ends, and a power cut may take what was written last.
 */
export type Durability = 'fsync' | 'os';

/** Files kept to be written over. */
const SPARES = 2;
/** Bytes that a file is preallocated. */
const GIVEN_BYTES = 2 * 1024 * 1024;
const GIVEN_AT_ONCE = Buffer.alloc(256 * 1024);

/**
 * The files of the segments. A file is filled with zeros before it is used, and is used again once its segment is
 * stored: a sync that has to write a new length of the file takes up to half as long again.
 */
export class SegmentFiles {
  private readonly spares: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly durability: Durability,
  ) {}

  /** @returns a segment, to be written from its beginning; its name is on disk. */
  async create(number: number): Promise<OpenSegment> {
    const { O_WRONLY, O_CREAT, O_DSYNC } = constants;
    const syncs = this.durability === 'fsync';
    const file = segmentFile(this.folder, number);
    const spare = this.spares.pop();
    if (spare !== undefined) await fs.rename(spare, file);
    const handle = await fs.open(file, O_WRONLY | O_CREAT | (syncs && WRITES_SYNC ? O_DSYNC : 0), 0o600);
    try {
      if (spare === undefined && syncs) await giveLength(handle);
      await syncFolder(this.folder);
      return openSegment(handle, syncs);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Takes a segment out of the journal. */
  async retire(number: number): Promise<void> {
    const file = segmentFile(this.folder, number);
    if (this.spares.length === SPARES) return fs.rm(file, { force: true });
    const spare = join(this.folder, `${nameOf(number)}${SPARE_SUFFIX}`);
    await fs.rename(file, spare);
    this.spares.push(spare);
  }
}

/** Preallocates the file. Failing is fine: syncs are slower, and a full disk may have no room. */
async function giveLength(handle: fs.FileHandle): Promise<void> {
  try {
    for (let at = 0; at < GIVEN_BYTES; at += GIVEN_AT_ONCE.length)
      await handle.write(GIVEN_AT_ONCE, 0, GIVEN_AT_ONCE.length, at);
    await handle.sync();
  } catch {
    await handle.truncate(0);
  }
}

const openSegment = (handle: fs.FileHandle, syncs: boolean): OpenSegment => ({
  write: (bytes, position) =>
    new Promise((resolve, reject) => {
      const settle = (error: Error | null) => (error === null ? resolve() : reject(error));
      const next = (rest: Buffer, at: number) =>
        write(handle.fd, rest, 0, rest.length, at, (error, written) => {
          if (error !== null) reject(error);
          else if (written < rest.length) next(rest.subarray(written), at + written);
          else if (WRITES_SYNC || !syncs) resolve();
          else fdatasync(handle.fd, settle);
        });
      next(bytes, position);
    }),
  writeNow: (bytes, position) => {
    for (let done = 0; done < bytes.length; )
      done += writeSync(handle.fd, bytes, done, bytes.length - done, position + done);
    if (syncs && !WRITES_SYNC) fdatasyncSync(handle.fd);
  },
  cut: async (position) => {
    await handle.truncate(position);
    await handle.sync();
  },
  close: () => handle.close(),
});

/** Puts the names of a folder's files on disk. Windows does so by itself, and has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
