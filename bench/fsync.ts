import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { median } from './figures';

const WRITES = 400;
const BYTES = 400;

/** The median time of an appended write and its fsync, one after the other, in milliseconds. */
export async function measureFsync(folder: string): Promise<number> {
  const file = join(folder, 'fsync');
  const handle = await fs.open(file, 'w');
  const times: number[] = [];
  for (let i = 0; i < WRITES; i++) {
    const before = performance.now();
    await handle.write(Buffer.alloc(BYTES, 65));
    await handle.sync();
    times.push(performance.now() - before);
  }
  await handle.close();
  await fs.rm(file);
  return median(times);
}
