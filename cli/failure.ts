import { CommanderError } from 'commander';
import { isHoldfastError } from '../client';
import { EXIT, type ExitCode, Interrupted, Misuse } from './exitCode';
import { LineFailed } from './publish/lines';
import { visible } from './visible';

/** Whether the reader of the output is gone, such as `head` after its last line. That is no failure. */
export const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.misuse;
  if (isReaderGone(error)) return EXIT.ok;
  if (error instanceof Misuse) return EXIT.misuse;
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof LineFailed) {
    // The command was right, its input was not.
    const code = exitCodeOf(error.cause);
    return code === EXIT.misuse ? EXIT.failed : code;
  }
  if (!isHoldfastError(error)) return EXIT.failed;
  switch (error.code) {
    case 'invalid':
    case 'too_large':
      return EXIT.misuse;
    case 'unauthenticated':
    case 'forbidden':
      return EXIT.forbidden;
    case 'unreachable':
    case 'timeout':
      return EXIT.unreachable;
    default:
      return EXIT.failed;
  }
}

/** The message for the user, in one line; undefined if it was already printed, or need not be. */
export function explain(error: unknown): string | undefined {
  if (error instanceof CommanderError || error instanceof Interrupted || isReaderGone(error)) return undefined;
  return `error: ${visible(sentence(error))}`;
}

/** The message of an error, and that of its cause where the message does not include it. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message =
    isHoldfastError(error) && error.code === 'unauthenticated'
      ? `${error.message} (--token or HOLDFAST_TOKEN says who you are)`
      : error.message;
  const cause = error.cause instanceof Error ? error.cause.message : error.cause;
  return typeof cause === 'string' && cause !== '' && !message.includes(cause) ? `${message}: ${cause}` : message;
}
