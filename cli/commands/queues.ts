import type { Command } from 'commander';
import type { ListedQueue } from '../../client';
import { connected, everyItem } from '../connection';
import { printList } from '../output/print';
import type { Column } from '../output/table';
import { examples, json } from './options';

const COLUMNS: readonly Column<ListedQueue>[] = [
  { title: 'QUEUE', of: ({ queue }) => queue, paint: (text, _, { bold }) => bold(text) },
  { title: 'HEAD', of: ({ head }) => head, align: 'right' },
  { title: 'SUBSCRIBERS', of: ({ subscribers }) => subscribers, align: 'right' },
  { title: 'CONNECTED', of: ({ connected }) => connected, align: 'right' },
  { title: 'EVENTS', of: ({ events }) => events.join(', ') },
];

/** `holdfast queues` */
export function addQueues(root: Command): void {
  root
    .command('queues')
    .description('list the queues: their newest seq, subscribers and events')
    .addOption(json())
    .addHelpText('after', examples('holdfast queues', "holdfast queues --json | jq -r 'select(.head > 1000).queue'"))
    .action(async (options: { json?: boolean }, command: Command) => {
      const queues = await connected(command, (_, ask) =>
        everyItem((range) => ask({ action: 'list', what: 'queues', ...range })),
      );
      printList(queues, COLUMNS, { json: options.json, none: 'There are no queues yet: publish or subscribe to one.' });
    });
}
