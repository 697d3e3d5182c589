import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../build';
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
  build('program', 'client');
  if (process.env.HOLDFAST_URL !== undefined) return;
  const data = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const server = await startServer(data);
  globalThis.holdfastStarted = { server, data };
  process.env.HOLDFAST_URL = server.url;
}
