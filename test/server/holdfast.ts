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
  /** Standard output so far. */
  output(): string;
  /** The last of standard error so far. */
  complaints(): string;
  /** Ends it with a signal and waits until it is gone; answers its exit code, null if the signal killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** What a process left that ended by itself. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How `holdfast serve` is called. */
export interface Call {
  readonly args?: readonly string[];
  /** Variables beyond those of this process, whose own HOLDFAST_ ones are left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A file that standard error goes to instead. */
  readonly log?: string;
  /** The user that runs it, which only root can choose. */
  readonly uid?: number | undefined;
}

/**
 * Starts the built server and waits until its first line says where it listens.
 *
 * @param data the folder it keeps its data in.
 * @param port 0: a free one.
 * @throws Error if it ends instead, with what it wrote.
 */
export const startServer = (data: string, port = 0): Promise<Running> =>
  launch({ args: ['--port', String(port), '--data', data] });

/** As {@link startServer}, called in any way. */
export async function launch(call: Call): Promise<Running> {
  const { child, texts } = start(call);
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', (line) => {
      const found = /ws:\/\/\S+:\d+/.exec(line);
      if (found) resolve(found[0]);
      else reject(new Error(`The first line should say where the server listens: ${line}`));
    });
    child.once('close', () => reject(new Error(`The server did not start: ${texts.stderr}`)));
  }).finally(() => clearTimeout(timer));
  return {
    url,
    process: child,
    output: () => texts.stdout,
    complaints: () => texts.stderr,
    stop: (signal = 'SIGTERM') => stop(child, signal),
  };
}

/** Calls the program when it should end by itself; one that runs on after all is killed, and its code is null. */
export async function runToEnd(call: Call): Promise<Ended> {
  const { child, texts } = start(call);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  await once(child, 'close');
  clearTimeout(timer);
  return { code: child.exitCode, ...texts };
}

function start({ args = [], env = {}, cwd = process.cwd(), log, uid }: Call) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_'));
  const redirected = log === undefined ? [] : ['sh', '-c', 'exec 2>"$0" "$@"', log];
  const [command = '', ...rest] = [...redirected, process.execPath, PROGRAM, 'serve', ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] = (texts[name] + text).slice(-8_000);
    });
  return { child, texts };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
  return child.exitCode;
}
