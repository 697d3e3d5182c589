import { readFileSync } from 'node:fs';
import type { Running } from './holdfast';

/** Megabytes that a server's process has resident; undefined where the system does not tell. */
export function residentMegabytes({ process: { pid } }: Pick<Running, 'process'>): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
