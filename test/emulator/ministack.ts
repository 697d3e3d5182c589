import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { install } from './install';
import { launch, signal } from './launch';
import { say } from './run';
import { endpoint, folder, ministackEnvironment, port } from './settings';

const pidFile = join(folder, `ministack-${port}.pid`);
const logFile = join(folder, `ministack-${port}.log`);

/** Installs and starts MiniStack, which goes on running after this process has ended, and waits until it answers. */
export async function start(): Promise<void> {
  const command = await install();
  say(`Starting MiniStack at ${endpoint}; its log is ${logFile} …`);
  mkdirSync(folder, { recursive: true });
  await launch({ command, folder, environment: ministackEnvironment(), port, logFile, pidFile, patience: 60_000 });
}

/**
 * Ends the MiniStack that `start` started, and the functions that run in it.
 *
 * @returns whether there was one
 */
export async function stop(): Promise<boolean> {
  const pid = runningPid();
  rmSync(pidFile, { force: true });
  if (pid === undefined) return false;
  // It was started as the leader of a process group of its own, in which its functions are too.
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + 10_000;
  while (isMinistack(pid)) {
    if (Date.now() > deadline) {
      signal(pid, 'SIGKILL');
      break;
    }
    await sleep(100);
  }
  return true;
}

function runningPid(): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return Number.isInteger(pid) && pid > 1 && isMinistack(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The pid of a MiniStack that has ended may belong to another process by now. */
function isMinistack(pid: number): boolean {
  return commandOf(pid).includes('ministack');
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // Gone, or a system without /proc.
    return spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout ?? '';
  }
}
