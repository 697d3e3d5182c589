import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterwards } from './own';

/** A file system of a given size, in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** @param size as mount takes it, such as 2m. */
  resize(size: string): void;
}

/** Why there can be none here; undefined: there can. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return undefined;
  } catch {
    return 'this user may not mount a tmpfs';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Mounts one for this test. */
export function aSmallDisk(size: string): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  afterwards(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  return { folder, resize: (to) => execFileSync('mount', ['-o', `remount,size=${to}`, folder]) };
}
