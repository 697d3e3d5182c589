import { CommanderError } from 'commander';
import { EXIT, type ExitCode, Misuse } from './exitCode';
import { visible } from './visible';

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse;
  if (error instanceof Misuse) return EXIT.misuse;
  return EXIT.failed;
}

/** What to tell the user, in one line; undefined if that was done. */
export function explain(error: unknown): string | undefined {
  if (error instanceof CommanderError) return undefined;
  return `error: ${visible(error instanceof Error ? error.message : String(error))}`;
}
