import type { Message } from '../../client';
import { prompted } from '../output/prompted';

/** What a person may answer for a message. */
export type Answer = 'ack' | 'nack' | 'reject' | 'quit';

/**
 * Asks what is to become of a message.
 *
 * @throws Interrupted if Ctrl-C was typed, or the signal aborts.
 */
export async function ask({ seq }: Message, signal: AbortSignal | undefined): Promise<Answer> {
  const { default: expand } = await import('@inquirer/expand');
  return prompted(
    expand<Answer>(
      {
        message: `${seq}:`,
        default: 'a',
        expanded: false,
        choices: [
          { key: 'a', name: 'ack: processed, never again', value: 'ack' },
          { key: 'n', name: 'nack: deliver it again later', value: 'nack' },
          { key: 'r', name: 'reject: to the dead letters', value: 'reject' },
          { key: 'q', name: 'quit: this one comes again', value: 'quit' },
        ],
      },
      signal === undefined ? {} : { signal },
    ),
  );
}
