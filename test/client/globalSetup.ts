import { execSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the client as it is published, and the server that it is tried against. */
export default function globalSetup(): void {
  execSync('npm run build --silent', { cwd: join(__dirname, '../..'), stdio: 'inherit' });
}
