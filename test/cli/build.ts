import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the program that the tests run. */
export default function build(): void {
  execFileSync(process.execPath, ['build.mjs'], { cwd: join(__dirname, '../..'), stdio: 'inherit' });
}
