import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../dist/holdfast.js', import.meta.url));

/** A Holdfast to try things with. */
export interface Queue {
  readonly url: string;
  /** Ends it and removes what it kept, if it was started here. */
  stop(): Promise<void>;
}

/**
 * Starts a Holdfast on a free port, with an empty folder for its data; or uses the one that HOLDFAST_URL names.
 *
 * @throws Error if it does not start; it says itself why, on standard error.
 */
export async function startQueue(): Promise<Queue> {
  const { HOLDFAST_URL: url } = process.env;
  if (url !== undefined) return { url, stop: async () => undefined };
  const data = await mkdtemp(join(tmpdir(), 'holdfast-example-'));
  const server = spawn(process.execPath, [PROGRAM, 'serve', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is for the example, which stops the queue after it has finished with it.
    detached: true,
  });
  process.once('exit', () => server.kill());
  for await (const line of createInterface({ input: server.stdout })) {
    const listening = /ws:\/\/\S+:\d+/.exec(line);
    if (!listening) continue;
    return {
      url: listening[0],
      stop: async () => {
        server.kill();
        if (server.exitCode === null) await once(server, 'exit');
        await rm(data, { recursive: true });
      },
    };
  }
  throw new Error('The queue did not start');
}
