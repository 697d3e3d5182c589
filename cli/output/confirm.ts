import { Misuse } from '../exitCode';
import { prompted } from './prompted';

/**
 * Asks whether to go on with something that cannot be undone.
 *
 * @param question escaped, as {@link say} does.
 * @param yes whether the command line already confirms it.
 * @returns false if the answer is no.
 * @throws Misuse where there is no terminal to ask at; Interrupted if Ctrl-C was typed.
 */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Misuse('this cannot be undone, and there is no terminal to ask at: say --yes if you mean it');
  const { default: confirm } = await import('@inquirer/confirm');
  return prompted(confirm({ message: question, default: false }));
}
