import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, startServer } from './holdfast';

/** What the teardown has to end and remove. */
export interface Started {
  readonly server: Running;
  readonly data: string;
}

declare global {
  var holdfastStarted: Started | undefined;
}

/** Builds and starts the server that the conformance suite talks to, unless HOLDFAST_URL names another target. */
export default async function globalSetup(): Promise<void> {
  const root = join(__dirname, '../..');
  execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
  if (process.env.HOLDFAST_URL !== undefined) return;
  const data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const server = await startServer(data);
  globalThis.holdfastStarted = { server, data };
  process.env.HOLDFAST_URL = server.url;
}
