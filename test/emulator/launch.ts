import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { answering } from './health';
import { listensAt } from './listening';
import { EmulatorError } from './run';

/** What is started, and where. */
export interface Launch {
  readonly command: string;
  readonly args?: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Where it is to listen, on this machine. */
  readonly port: number;
  readonly logFile: string;
  /**
   * Gets its pid at once, so that it can be ended also if who waits for it is; and loses it if it does not come to
   * listen.
   */
  readonly pidFile: string;
  /** How long it may take to answer. Milliseconds. */
  readonly patience: number;
}

/**
 * Starts MiniStack as the leader of a process group of its own, which goes on when this process has ended, and waits
 * until it answers.
 *
 * @throws EmulatorError it did not, and was ended.
 */
export async function launch({ command, args = [], folder, environment, ...wanted }: Launch): Promise<void> {
  const log = openSync(wanted.logFile, 'w');
  const child = spawn(command, args, { cwd: folder, env: environment, detached: true, stdio: ['ignore', log, log] });
  child.unref();
  if (child.pid !== undefined) writeFileSync(wanted.pidFile, String(child.pid));
  const failure = await failureOf(child, wanted);
  if (failure === undefined) return;
  rmSync(wanted.pidFile, { force: true });
  if (child.pid !== undefined) signal(child.pid, 'SIGKILL');
  throw new EmulatorError(`MiniStack did not start: ${failure}. See ${wanted.logFile}`);
}

/** Undefined: it answers, and nobody else does in its place. */
async function failureOf(child: ChildProcess, { port, patience }: Pick<Launch, 'port' | 'patience'>) {
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, name) => {
    ended = name === null ? `it ended with exit code ${code}` : `it was ended by ${name}`;
  });
  const deadline = Date.now() + patience;
  const isThere = async () =>
    (await answering(`http://127.0.0.1:${port}`)) === 'ministack' && listensAt(child.pid ?? 0, port) !== false;
  while (!(await isThere())) {
    if (ended !== undefined) return ended;
    if (Date.now() > deadline) return `it did not answer within ${patience / 1_000} s`;
    await sleep(200);
  }
  return undefined;
}

/** Sends a signal to all processes of a group. */
export function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended in the meantime.
  }
}
