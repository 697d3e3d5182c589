import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(__dirname, '../../dist/holdfast.js');
const START_MS = 10_000;

/** A single-machine server in a process of its own. */
export interface Running {
  /** ws://127.0.0.1:PORT */
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it with a signal and waits until it is gone; answers its exit code, null if the signal killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the built server and waits until its first line says where it listens.
 *
 * @param data the folder it keeps its data in.
 * @param port 0: a free one.
 * @throws Error if it ends instead, with what it wrote.
 */
export async function startServer(data: string, port = 0): Promise<Running> {
  const args = [PROGRAM, '--port', String(port), '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4_000);
  });
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', (line) => {
      const found = /ws:\/\/\S+:\d+/.exec(line);
      if (found) resolve(found[0]);
      else reject(new Error(`The first line should say where the server listens: ${line}`));
    });
    child.once('exit', () => reject(new Error(`The server did not start: ${complaints}`)));
  }).finally(() => clearTimeout(timer));
  return { url, process: child, stop: (signal = 'SIGTERM') => stop(child, signal) };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}
