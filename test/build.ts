import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What `build.mjs` makes. */
export const PARTS = ['program', 'client', 'library', 'publisher', 'lambdas', 'types'] as const;
type Part = (typeof PARTS)[number];

const built = new Set<Part>();

/** Builds parts of what is published, except for those that this run of the tests has built for others. */
export function build(...parts: readonly Part[]): void {
  const missing = parts.filter((part) => !built.has(part));
  if (missing.length === 0) return;
  execFileSync(process.execPath, ['build.mjs', ...missing], { cwd: join(__dirname, '..'), stdio: 'inherit' });
  for (const part of missing) built.add(part);
}
