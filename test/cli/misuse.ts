import { exitCodeOf, explain } from '../../cli/failure';
import { program } from '../../cli/program';

/**
 * Runs a command line that makes no sense in this process, and expects exit code 2 and no result; what it complains.
 */
export async function misused(args: readonly string[]): Promise<string> {
  const complaints: string[] = [];
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complaints.push(String(text));
    return true;
  });
  const stdout = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const error: unknown = await program()
      .parseAsync(args, { from: 'user' })
      .then(
        () => undefined,
        (reason) => reason,
      );
    expect(exitCodeOf(error)).toBe(2);
    expect(stdout).not.toHaveBeenCalled();
    const text = explain(error);
    return text === undefined ? complaints.join('') : text;
  } finally {
    stderr.mockRestore();
    stdout.mockRestore();
  }
}
