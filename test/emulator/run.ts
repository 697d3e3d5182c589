import { spawn } from 'node:child_process';

/** Something that the one who started this can put right: its message is all there is to say, without a stack trace. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
}

/** Tells on stderr what is going on; stdout is for the URL. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Does what a command line asked for. What goes wrong is told, and makes the exit code 1. */
export function main(work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    say(error instanceof EmulatorError ? error.message : String(error));
    process.exitCode = 1;
  });
}

/**
 * Runs a command to its end, silently unless it fails.
 *
 * @param what the step in words, said when it starts
 * @returns what it wrote
 * @throws EmulatorError with the end of what it wrote
 */
export async function run(
  what: string,
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  say(`${what} …`);
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const outcome = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}`));
  });
  if (outcome === undefined) return output;
  const end = output.trimEnd().split('\n').slice(-40).join('\n');
  throw new EmulatorError(`${what}: ${command} failed (${outcome})${end && `\n${end}`}`);
}
