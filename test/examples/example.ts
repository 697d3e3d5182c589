import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterwards } from '../server/own';

const ROOT = join(__dirname, '../..');
const BUILD = 'node build.mjs && ';

jest.setTimeout(90_000);

/** An example that was started. */
export interface Example {
  /** Resolves with the first line that has this in it. @throws Error if it ends without. */
  line(text: string): Promise<string>;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<{ readonly code: number | null; readonly lines: readonly string[] }>;
}

/** Starts an example by its command, but for the building, which was done before the tests; ends it with the test. */
export function startExample(name: string, env: Readonly<Record<string, string>> = {}): Example {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const command = scripts[`example:${name}`];
  if (!command?.startsWith(BUILD)) throw new Error(`npm run example:${name} should build, and then run: ${command}`);
  const child = spawn(command.slice(BUILD.length), {
    cwd: ROOT,
    shell: true,
    env: { ...process.env, ...env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const closed = once(child, 'close');
  afterwards(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await closed;
  });
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return {
    line: async (text) => {
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        const more = await Promise.race([once(output, 'line').then(() => true), closed.then(() => false)]);
        if (!more) throw new Error(`The example should have said ${text}: ${lines.join('\n')}`);
      }
    },
    ended: closed.then(() => ({ code: child.exitCode, lines })),
  };
}
