import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder, aServer, connectTo } from './own';

/** The files of a data folder's journal, the newest first. */
const segmentsOf = (data: string): string[] =>
  readdirSync(join(data, 'journal'))
    .filter((name) => name.endsWith('.journal'))
    .sort()
    .reverse()
    .map((name) => join(data, 'journal', name));

/** A file up to the zeros that its segment is still to be written over. */
export function writtenIn(file: string): Buffer {
  const bytes = readFileSync(file);
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

/** The last file of a data folder's journal that has something in it. @throws Error if none has. */
export function newestSegment(data: string): string {
  const found = segmentsOf(data).find((file) => writtenIn(file).length > 0);
  if (found === undefined) throw new Error('The journal is empty');
  return found;
}

/** Changes one byte in the middle of what is written in a file. */
export function damage(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(writtenIn(file).length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** Cuts a file off so many bytes before the end of what is written in it. */
export const cutOff = (file: string, bytes: number): void =>
  truncateSync(file, Math.max(0, writtenIn(file).length - bytes));

/** The data folder of a server that was killed just after it had answered so many publishes to `orders`. */
export async function aJournalLeftBehind(messages: number): Promise<string> {
  // What has been there for a second is in the store, and the journal may be empty at that moment.
  for (let tries = 0; tries < 5; tries++) {
    const folder = aFolder();
    const server = await aServer(folder);
    const wire = await connectTo(server, 'shop');
    for (let n = 1; n <= messages; n++) await wire.publish('orders', 'add', n);
    await server.stop('SIGKILL');
    if (segmentsOf(folder).some((file) => writtenIn(file).length > 0)) return folder;
  }
  throw new Error('The journal was empty each time');
}
