import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterwards } from '../server/own';

const PROGRAM = join(__dirname, '../../dist/holdfast.js');

/** What a command left. */
export interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Command {
  readonly process: ChildProcessWithoutNullStreams;
  /** Standard output so far. */
  stdout(): string;
  /** Waits until standard output is such. */
  until(pattern: RegExp): Promise<string>;
  /** Waits until standard error is such. */
  complains(pattern: RegExp): Promise<string>;
  readonly done: Promise<Done>;
}

/** This process's variables without those of Holdfast and those that decide on colours, and some more. */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(HOLDFAST_|NO_COLOR$|FORCE_COLOR$|CI$)/.test(entry[0]),
  );
  return { ...Object.fromEntries(inherited), ...more };
}

/** Starts `holdfast` with standard streams that are no terminal. */
export function started(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment(env) });
  const texts = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const look of watchers) look();
    });
  const done = once(child, 'close').then(() => {
    for (const look of watchers) look();
    return { code: child.exitCode, ...texts };
  });
  afterwards(() => child.kill('SIGKILL'));
  const becomes = (name: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (pattern.test(texts[name])) resolve(texts[name]);
        else if (child.exitCode === null) return;
        else reject(new Error(`It ended without ${pattern}: ${texts.stdout}${texts.stderr}`));
        watchers.delete(look);
      };
      watchers.add(look);
      look();
    });
  return {
    process: child,
    stdout: () => texts.stdout,
    done,
    until: (pattern) => becomes('stdout', pattern),
    complains: (pattern) => becomes('stderr', pattern),
  };
}

/** Runs `holdfast` to its end, with a standard input that holds this text and ends. */
export async function run(args: readonly string[], { env = {}, input = '' } = {}): Promise<Done> {
  const command = started(args, env);
  command.process.stdin.on('error', () => {});
  command.process.stdin.end(input);
  return command.done;
}
