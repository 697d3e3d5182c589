import { Interrupted } from '../exitCode';

/**
 * Waits for what is answered at a prompt.
 *
 * @throws Interrupted if Ctrl-C was typed there, or the prompt's signal ended it.
 */
export async function prompted<Answer>(prompt: Promise<Answer>): Promise<Answer> {
  try {
    return await prompt;
  } catch (error) {
    if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError'))
      throw new Interrupted('Ctrl-C at a prompt', { cause: error });
    throw error;
  }
}
