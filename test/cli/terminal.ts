import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { afterwards } from '../server/own';
import { pathWithHoldfast } from './path';
import { environment } from './program';

const PATIENCE_MS = 8_000;
const path = pathWithHoldfast();
const ROOT = join(__dirname, '../..');

/** A program that runs in a pseudo-terminal, and what a person in front of it would see and do. */
export interface Shown {
  /** What is on the screen now, lines without what is blank at their ends. */
  screen(): string;
  /** Everything that was written so far, sequences and all. */
  written(): string;
  /** Waits until the screen is such, and answers it. */
  until(pattern: RegExp): Promise<string>;
  /** Types keys; a control key is its character, `\u0003`. */
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** The exit code, 128 and the number of the signal that ended it, once everything is drawn. */
  readonly ended: Promise<number>;
}

/** How a program is shown. */
export interface Showing {
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Runs a command line of `sh` in a pseudo-terminal of its own; in it, `holdfast` is the built program. */
export function shown(line: string, { env = {}, columns = 100, rows = 30 }: Showing = {}): Shown {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = spawn('sh', ['-c', line], {
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd: ROOT,
    env: environment({ PATH: path, ...env }),
  });
  let written = '';
  let drawing = Promise.resolve();
  const watchers = new Set<() => void>();
  child.onData((text) => {
    written += text;
    drawing = drawing.then(
      () =>
        new Promise((resolve) =>
          terminal.write(text, () => {
            for (const look of watchers) look();
            resolve();
          }),
        ),
    );
  });
  const ended = new Promise<number>((resolve) =>
    child.onExit(({ exitCode, signal = 0 }) => resolve(signal > 0 ? 128 + signal : exitCode)),
  ).then(async (code) => {
    await drawing;
    return code;
  });
  let running = true;
  void ended.then(() => {
    running = false;
  });
  afterwards(() => {
    if (running) child.kill('SIGKILL');
    terminal.dispose();
  });
  const screen = () => textOf(terminal);
  return {
    screen,
    written: () => written,
    type: (keys) => child.write(keys),
    resize: (cols, height) => {
      terminal.resize(cols, height);
      child.resize(cols, height);
    },
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const now = screen();
          if (!pattern.test(now)) return;
          stop();
          resolve(now);
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`${pattern} did not come up. The screen:\n${screen()}`));
        }, PATIENCE_MS);
        const stop = () => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
  };
}

function textOf({ buffer: { active }, rows }: Terminal): string {
  const lines: string[] = [];
  for (let row = 0; row < active.baseY + rows; row++) lines.push(active.getLine(row)?.translateToString(true) ?? '');
  return lines.join('\n').trimEnd();
}
