import { rmSync } from 'node:fs';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Has a folder removed when the tests of a file are over. */
export function removedAfterwards(folder: string): string {
  folders.push(folder);
  return folder;
}
