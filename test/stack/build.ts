import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Bundles the functions, which the stack looks for. */
export default function build(): void {
  execFileSync(process.execPath, [join(__dirname, '../../build.mjs'), 'lambdas'], { stdio: 'inherit' });
}
