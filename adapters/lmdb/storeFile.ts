import { constants, promises as fs } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './errorCode';

const MAGIC = Buffer.from([0xde, 0xc0, 0xef, 0xbe]);
const HEADER_BYTES = 64;
/** Two pages of meta data, of at least this size each, are written when the file is made. */
const LEAST_BYTES = 2 * 4096;
/** The name of the file beside it that has its least length. */
const LENGTH = 'length';

const dataFile = (folder: string): string => join(folder, 'data.mdb');

/**
 * Expects that the files of a store may be read and written, those that there are, and new ones made beside them. LMDB
 * crashes the process where that is not so.
 *
 * @throws what the system says: EACCES, EROFS …, with the path.
 */
export async function expectAccess(folder: string): Promise<void> {
  for (const path of [folder, dataFile(folder), join(folder, 'lock.mdb')])
    await fs.access(path, constants.R_OK | constants.W_OK).catch((error) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
}

/**
 * What is wrong with the file in a store's folder, in a few words; undefined if it looks like a file of LMDB, or does
 * not exist yet. LMDB crashes the process when it opens another file or, since it maps the file into memory, reads a
 * part that was cut off.
 */
export async function faultOf(folder: string): Promise<string | undefined> {
  const expected = await rememberedLength(folder);
  let file: fs.FileHandle;
  try {
    file = await fs.open(dataFile(folder), 'r');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return expected === 0 ? undefined : 'data.mdb is missing';
  }
  try {
    const { size } = await file.stat();
    if (size < expected) return `data.mdb is cut off: it has ${size} bytes and had ${expected}`;
    const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return size === 0 || (size >= LEAST_BYTES && buffer.includes(MAGIC)) ? undefined : 'data.mdb is no file of LMDB';
  } finally {
    await file.close();
  }
}

/** Keeps the length of the file, which only ever grows, for {@link faultOf}. To be called when it is on disk. */
export class StoreLength {
  private kept = 0;

  constructor(private readonly folder: string) {}

  async remember(): Promise<void> {
    const { size } = await fs.stat(dataFile(this.folder));
    if (size <= this.kept) return;
    const file = join(this.folder, LENGTH);
    await fs.writeFile(`${file}.new`, `${size}\n`);
    await fs.rename(`${file}.new`, file);
    this.kept = size;
  }
}

/** 0 if it is not known. */
async function rememberedLength(folder: string): Promise<number> {
  const text = await fs.readFile(join(folder, LENGTH), 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : 0;
}
