import { Argument, type Command } from 'commander';
import type { ListedDeadLetter } from '../../client';
import { type Ask, connected, everyItem, targetOf } from '../connection';
import { Misuse } from '../exitCode';
import { confirmed } from '../output/confirm';
import { fromNow } from '../output/moments';
import { print, printJson, printList, say } from '../output/print';
import type { Column } from '../output/table';
import { readSeq } from '../position';
import { visibleJson } from '../visible';
import { examples, json } from './options';

interface Options {
  readonly of?: string;
  readonly seq?: readonly number[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

const PAYLOAD_CHARACTERS = 40;

const COLUMNS: readonly Column<ListedDeadLetter>[] = [
  { title: 'SEQ', of: ({ seq }) => seq, align: 'right' },
  { title: 'EVENT', of: ({ event }) => event, paint: (text, _, { bold }) => bold(text) },
  { title: 'CLIENT', of: ({ clientId }) => clientId },
  { title: 'ATTEMPTS', of: ({ attempts }) => attempts, align: 'right' },
  { title: 'DIED', of: ({ diedAt }) => diedAt, shown: ({ diedAt }) => fromNow(diedAt, Date.now()) },
  { title: 'REASON', of: ({ reason }) => reason, paint: (text, _, { red }) => red(text) },
  { title: 'PAYLOAD', of: ({ payload }) => JSON.stringify(payload), shown: ({ payload }) => shortened(payload) },
];

function shortened(payload: unknown): string {
  const text = visibleJson(payload);
  return text.length <= PAYLOAD_CHARACTERS ? text : `${text.slice(0, PAYLOAD_CHARACTERS - 1)}…`;
}

/** `holdfast dead-letters QUEUE [redrive|purge]` */
export function addDeadLetters(root: Command): void {
  root
    .command('dead-letters')
    .description('list the dead letters of a queue; redrive delivers them again, purge drops them')
    .argument('<queue>', 'the queue')
    .addArgument(new Argument('[what]', 'what to do with them').choices(['list', 'redrive', 'purge']).default('list'))
    .option('--of <client>', 'whose; list: left out, of all clients; else of --client')
    .option('--seq <seq...>', 'only these messages', (text, before: readonly number[] = []) => [
      ...before,
      readSeq(text),
    ])
    .option('--yes', 'purge without asking')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'holdfast dead-letters orders',
        'holdfast dead-letters orders redrive --of billing',
        'holdfast dead-letters orders redrive --of billing --seq 42 43',
        'holdfast dead-letters orders purge --of billing --yes',
      ),
    )
    .action(async (queue: string, what: 'list' | 'redrive' | 'purge', options: Options, command: Command) => {
      if (what === 'list') {
        const letters = await connected(command, (_, ask) => listed(ask, queue, options));
        return printList(letters, COLUMNS, { json: options.json, none: say`${queue} has no dead letters.` });
      }
      const { client, token } = targetOf(command);
      const whose = options.of ?? client;
      if (whose === undefined && token === undefined)
        throw new Misuse(`${what} whose? Name the client with --of CLIENT`);
      const which = options.seq === undefined ? 'all dead letters' : say`the dead letters ${options.seq.join(', ')}`;
      if (
        what === 'purge' &&
        !(await confirmed(say`Drop ${which} of ${whose ?? 'this client'} in ${queue}?`, options.yes === true))
      )
        return;
      const chosen = {
        queue,
        ...(whose === undefined ? {} : { clientId: whose }),
        ...(options.seq === undefined ? {} : { seqs: [...options.seq] }),
      };
      const messages = await connected(command, async (_, ask) => {
        let all = 0;
        // With very many letters, one request may run out of time: it removes as many as it can, so repeat it.
        for (;;) {
          const { messages } = await ask({ action: what, ...chosen });
          all += messages;
          if (what === 'redrive' || messages === 0 || options.seq !== undefined) return all;
        }
      });
      if (options.json) printJson({ queue, messages });
      else print(what === 'redrive' ? say`${messages} to be delivered again.` : say`${messages} dropped.`);
    });
}

async function listed(ask: Ask, queue: string, { of, seq }: Options): Promise<ListedDeadLetter[]> {
  const whose = of === undefined ? {} : { clientId: of };
  const letters = await everyItem((range) => ask({ action: 'list', what: 'deadLetters', queue, ...whose, ...range }));
  return seq === undefined ? letters : letters.filter((letter) => seq.includes(letter.seq));
}
