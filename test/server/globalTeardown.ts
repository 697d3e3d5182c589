import { rmSync } from 'node:fs';
import type {} from './globalSetup';

/** Ends what the setup started. */
export default async function globalTeardown(): Promise<void> {
  const started = globalThis.holdfastStarted;
  if (started === undefined) return;
  await started.server.stop();
  rmSync(started.data, { recursive: true, force: true });
}
