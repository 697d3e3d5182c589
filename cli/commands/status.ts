import type { Command } from 'commander';
import type { FrameOf } from '../../client';
import { connected } from '../connection';
import { fromNow } from '../output/moments';
import { print, printJson, printList, say } from '../output/print';
import type { Column } from '../output/table';
import { readSeq } from '../position';
import { examples, json } from './options';

type SubscriberStatus = FrameOf<'status'>['subscribers'][number];

const STATES: Readonly<Record<SubscriberStatus['state'], string>> = {
  backlog: 'backlog',
  inFlight: 'in flight',
  settled: 'settled',
  dead: 'dead',
};

const COLUMNS: readonly Column<SubscriberStatus>[] = [
  { title: 'CLIENT', of: ({ clientId }) => clientId, paint: (text, _, { bold }) => bold(text) },
  {
    title: 'STATE',
    of: ({ state }) => state,
    shown: ({ state }) => STATES[state],
    paint: (text, { state }, { red, green }) =>
      state === 'dead' ? red(text) : state === 'settled' ? green(text) : text,
  },
  { title: 'ATTEMPT', of: ({ attempt }) => attempt ?? '', align: 'right' },
  {
    title: 'DUE',
    of: ({ dueAt }) => dueAt ?? '',
    shown: ({ dueAt }) => (dueAt === undefined ? '' : fromNow(dueAt, Date.now())),
  },
];

/** `holdfast status QUEUE SEQ` */
export function addStatus(root: Command): void {
  root
    .command('status')
    .description('say what became of one message, for each subscriber that wanted it')
    .argument('<queue>', 'the queue it is in')
    .argument('<seq>', 'its number', readSeq)
    .addOption(json())
    .addHelpText('after', examples('holdfast status orders 42', 'holdfast status orders 42 --json'))
    .action(async (queue: string, seq: number, options: { json?: boolean }, command: Command) => {
      const { event, publishedAt, subscribers } = await connected(command, async (_, ask) => {
        const subscribers: SubscriberStatus[] = [];
        for (let cursor: string | undefined; ; ) {
          const reply = await ask({ action: 'status', queue, seq, ...(cursor === undefined ? {} : { cursor }) });
          subscribers.push(...reply.subscribers);
          if (reply.cursor === undefined) return { ...reply, subscribers };
          cursor = reply.cursor;
        }
      });
      if (options.json) return void printJson({ queue, seq, event, publishedAt, subscribers });
      if (process.stdout.isTTY)
        print(say`Message ${seq} of ${queue}: ${event}, published ${fromNow(publishedAt, Date.now())}.`);
      printList(subscribers, COLUMNS, { none: 'No subscriber wanted it.' });
    });
}
