import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './errorCode';

const MAGIC = Buffer.from([0xde, 0xc0, 0xef, 0xbe]);
const HEADER_BYTES = 64;
/** Two pages of meta data, of at least this size each, are written when the file is made. */
const LEAST_BYTES = 2 * 4096;

/**
 * Whether the file in a store's folder looks like one of LMDB's, or is not there yet. LMDB itself does not survive the
 * attempt to open another.
 */
export async function looksLikeLmdb(folder: string): Promise<boolean> {
  let file: fs.FileHandle;
  try {
    file = await fs.open(join(folder, 'data.mdb'), 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return size === 0 || (size >= LEAST_BYTES && buffer.includes(MAGIC));
  } finally {
    await file.close();
  }
}
