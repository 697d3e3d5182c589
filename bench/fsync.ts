import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BYTES = 400;

/**
 * The times of an appended write and its fsync, in milliseconds.
 *
 * @param pause milliseconds between them: a disk, and a processor, that rest meanwhile take longer.
 */
export async function timeFsyncs(folder: string, writes: number, pause = 0): Promise<number[]> {
  const file = join(folder, 'fsync');
  const handle = await fs.open(file, 'w');
  const times: number[] = [];
  for (let i = 0; i < writes; i++) {
    const before = performance.now();
    await handle.write(Buffer.alloc(BYTES, 65));
    await handle.sync();
    times.push(performance.now() - before);
    if (pause > 0) await sleep(pause);
  }
  await handle.close();
  await fs.rm(file);
  return times;
}
