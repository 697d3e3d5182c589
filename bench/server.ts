import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '..');

/** A server in a process of its own, as `npm start` runs it. */
export interface BenchServer {
  readonly url: string;
  /** Milliseconds from its start until it listened. */
  readonly startMs: number;
  /** Resident memory, in MB (Linux). */
  residentMB(): number;
  stop(): Promise<void>;
}

/** A folder on the disk that the project is on, so that what is measured is that disk. */
export const dataFolder = (): Promise<string> => mkdtemp(join(ROOT, '.holdfast-bench-'));

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** @param flags besides those for the port and the data. */
export async function startServer(data: string, flags: readonly string[] = []): Promise<BenchServer> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [join(ROOT, 'dist/holdfast.js'), 'serve', '--port', '0', '--data', data, ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const url = /ws:\S+:\d+/.exec(String(line))?.[0];
  if (url === undefined) throw new Error(`the server did not start: ${line}`);
  return {
    url,
    startMs: performance.now() - started,
    residentMB: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Runs something against a server with an empty data folder. */
export async function withServer<T>(work: (server: BenchServer) => Promise<T>): Promise<T> {
  const data = await dataFolder();
  const server = await startServer(data);
  try {
    return await work(server);
  } finally {
    await server.stop();
    await removeFolder(data);
  }
}
