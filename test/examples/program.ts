import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterwards } from '../server/own';

/** A program that runs until it ends, or the test does. */
export interface Program {
  readonly process: ChildProcess;
  /** What it has written so far. */
  lines(): readonly string[];
  /** Its exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Runs a program. */
export function runProgram(file: string, env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  return {
    process: child,
    lines: () => text.split('\n').filter((line) => line !== ''),
    ended: once(child, 'close').then(() => child.exitCode),
  };
}
