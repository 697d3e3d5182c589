import { constants, fdatasync, fdatasyncSync, promises as fs, write, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { StoredEntry } from './block';
import { DIGEST_BYTES, type Digests } from './digest';

const headSchema = z.tuple([
  z.string(),
  z.array(z.union([z.string(), z.number()])),
  z.nullable(z.int().check(z.minimum(0))),
]);

/**
 * One thing to be stored: a value under a key of a database, or (null) nothing there any more. With a block of a log come
 * its entries, unless it was read from the journal.
 */
export type Change = readonly [
  database: string,
  key: (string | number)[],
  value: string | null,
  entries?: readonly StoredEntry[],
];

const SUFFIX = '.journal';
const END_OF_HEAD = '\n';
const LENGTH_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + DIGEST_BYTES;

/** A store on disk is not as it was left. */
export class CorruptStore extends Error {
  override readonly name = 'CorruptStore';
}

/**
 * Changes as they are written: their length in bytes, a digest to know them by, and the changes: each a line of JSON
 * with its database, its key and the length of its value in UTF-16 units (null: removed), and the value as it is.
 */
export function encodeGroup(digests: Digests, changes: readonly Change[]): Buffer {
  let text = '';
  for (const [database, key, value] of changes)
    text += `${JSON.stringify([database, key, value?.length ?? null])}${END_OF_HEAD}${value ?? ''}`;
  const length = Buffer.byteLength(text);
  const group = Buffer.allocUnsafe(HEADER_BYTES + length);
  group.write(text, HEADER_BYTES);
  group.writeUInt32LE(length);
  group.writeBigUInt64LE(digests.ofBytes(group.subarray(HEADER_BYTES)), LENGTH_BYTES);
  return group;
}

function headOf(line: string): z.infer<typeof headSchema> {
  try {
    return headSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new CorruptStore('the journal is of another version', { cause });
  }
}

/** The inverse, without what is before the changes. */
function* decodeChanges(text: string): Generator<Change> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(END_OF_HEAD, at);
    const [database, key, length] = headOf(text.slice(at, end));
    at = end + END_OF_HEAD.length + (length ?? 0);
    yield [database, key, length === null ? null : text.slice(end + END_OF_HEAD.length, at)];
  }
}

/** A segment as it is read. */
export interface Decoded {
  readonly changes: readonly Change[];
  /** How many bytes follow the last whole group: of one that a crash cut off, and was never promised. */
  readonly rest: number;
  /** What follows is no such group, for a whole one follows it: bytes that were on disk have changed. */
  readonly damaged: boolean;
}

/** Reads the groups of a segment, up to the first that is not whole. */
export function decodeGroups(digests: Digests, bytes: Buffer): Decoded {
  const changes: Change[] = [];
  let at = 0;
  for (let group = groupAt(digests, bytes, at); group?.whole; group = groupAt(digests, bytes, at)) {
    // One by one: a group may hold more than a call takes arguments.
    for (const change of decodeChanges(group.body.toString())) changes.push(change);
    at = group.end;
  }
  const broken = groupAt(digests, bytes, at);
  const after = broken && groupAt(digests, bytes, broken.end);
  return { changes, rest: bytes.length - at, damaged: after?.whole ?? false };
}

function groupAt(
  digests: Digests,
  bytes: Buffer,
  at: number,
): { body: Buffer; end: number; whole: boolean } | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const end = at + HEADER_BYTES + bytes.readUInt32LE(at);
  const body = bytes.subarray(at + HEADER_BYTES, end);
  const whole = end <= bytes.length && digests.ofBytes(body) === bytes.readBigUInt64LE(at + LENGTH_BYTES);
  return { body, end, whole };
}

/** Where a segment is kept. */
export const segmentFile = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(12, '0')}${SUFFIX}`);

/** The numbers of the segments in a folder, ascending. */
export async function segmentNumbers(folder: string): Promise<number[]> {
  const names = await fs.readdir(folder);
  return names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => Number(name.slice(0, -SUFFIX.length)))
    .sort((a, b) => a - b);
}

/** Where there is O_DSYNC, a write and its sync are one call; elsewhere the sync follows the write. */
export const WRITES_SYNC = process.platform === 'linux';

/** A segment that is written: by its descriptor, for a FileHandle's promises take longer than some disks. */
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
 * What is safe when a write is answered. `fsync`: it is on disk, and survives a power cut. `os`: the operating system has
 * it; it survives the end of this process, however it ends, and a power cut may take what was written last.
 */
export type Durability = 'fsync' | 'os';

/** Creates a segment; its name is on disk when this returns. */
export async function createSegment(folder: string, number: number, durability: Durability): Promise<OpenSegment> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_DSYNC } = constants;
  const file = segmentFile(folder, number);
  const syncs = durability === 'fsync';
  const handle = await fs.open(file, O_WRONLY | O_CREAT | O_TRUNC | (syncs && WRITES_SYNC ? O_DSYNC : 0), 0o600);
  await syncFolder(folder);
  return {
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
  };
}

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
