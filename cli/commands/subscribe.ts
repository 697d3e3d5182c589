import { type Command, Option } from 'commander';
import { connected } from '../connection';
import { EXIT, Misuse } from '../exitCode';
import { readPosition } from '../position';
import { printMessages } from '../subscribe/printing';
import { examples, json, whole } from './options';

interface Options {
  readonly ack: 'auto' | 'none' | 'prompt';
  readonly from?: string;
  readonly count?: number;
  readonly deadline?: number;
  readonly window?: number;
  readonly json?: boolean;
}

const NOTE = `
With --client the subscription lasts: what is published while nobody is there is delivered at the next subscribe. Without,
it ends with this command. Ctrl-C ends it.`;

/** `holdfast subscribe QUEUE [EVENT…]` */
export function addSubscribe(root: Command): void {
  root
    .command('subscribe')
    .description('subscribe to a queue and print its messages as they come')
    .argument('<queue>', 'the queue; it comes into being')
    .argument('[events...]', 'the events to get; left out: all')
    .addOption(
      new Option(
        '--ack <how>',
        'auto: acknowledge what was printed; none: acknowledge nothing; prompt: ask about each message, to be answered with a key and Enter',
      )
        .choices(['auto', 'none', 'prompt'])
        .default('auto'),
    )
    .option(
      '--from <position>',
      'where a new subscription begins: new, earliest, a seq, a time, or a duration before now (15m)',
    )
    .option('-n, --count <number>', 'end after so many messages', whole(1))
    .option('--deadline <seconds>', 'how long the server waits for an acknowledgement', whole(1, 900))
    .option('--window <number>', 'how many messages may be unacknowledged at a time', whole(1, 1000))
    .addOption(json())
    .addHelpText(
      'after',
      NOTE +
        examples(
          'holdfast --client billing subscribe orders created cancelled',
          'holdfast --client billing subscribe orders --ack prompt',
          'holdfast subscribe orders --from 2h --json | jq .payload',
          'holdfast subscribe orders --from earliest --ack none --count 1',
        ),
    )
    .action(async (queue: string, events: readonly string[], options: Options, command: Command) => {
      const from = options.from === undefined ? undefined : readPosition(options.from, Date.now());
      if (options.ack === 'prompt' && !(process.stdin.isTTY && process.stdout.isTTY))
        throw new Misuse('--ack prompt needs a terminal: use --ack auto or none');
      const cutOff = await connected(command, (holdfast) =>
        printMessages(holdfast, queue, {
          events,
          from,
          ack: options.ack,
          count: options.count,
          deadline: options.deadline,
          window: options.window,
          json: options.json ?? false,
        }),
      );
      if (cutOff) process.exitCode = EXIT.interrupted;
    });
}
