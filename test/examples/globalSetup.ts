import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds what the examples run. */
export default function globalSetup(): void {
  execFileSync(process.execPath, ['build.mjs'], { cwd: join(__dirname, '../..'), stdio: 'inherit' });
}
