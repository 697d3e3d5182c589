import { promises as fs } from 'node:fs';
import { join } from 'node:path';

const BYTES = 400;

/** The times of an appended write and its fsync, one after the other, in milliseconds. */
export async function timeFsyncs(folder: string, writes: number): Promise<number[]> {
  const file = join(folder, 'fsync');
  const handle = await fs.open(file, 'w');
  const times: number[] = [];
  for (let i = 0; i < writes; i++) {
    const before = performance.now();
    await handle.write(Buffer.alloc(BYTES, 65));
    await handle.sync();
    times.push(performance.now() - before);
  }
  await handle.close();
  await fs.rm(file);
  return times;
}
