import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const PROGRAM = join(__dirname, '../../dist/holdfast.js');

/** A PATH on which the built program is found as `holdfast`, while the tests of a file run. */
export function pathWithHoldfast(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bin-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(PROGRAM, 0o755);
  symlinkSync(PROGRAM, join(folder, 'holdfast'));
  return [folder, process.env.PATH].join(delimiter);
}
