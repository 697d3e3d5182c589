import type { Command } from 'commander';
import type { ListedSubscription } from '../../client';
import { connected, everyItem } from '../connection';
import { printList, say } from '../output/print';
import type { Column } from '../output/table';
import { examples, json } from './options';

const COLUMNS: readonly Column<ListedSubscription>[] = [
  { title: 'CLIENT', of: ({ clientId }) => clientId, paint: (text, _, { bold }) => bold(text) },
  {
    title: 'CONNECTED',
    of: (one) => String(one.connected),
    shown: (one) => (one.connected ? 'yes' : 'away'),
    paint: (text, one, { dim }) => (one.connected ? text : dim(text)),
  },
  { title: 'NEXT', of: ({ next }) => next, align: 'right' },
  { title: 'IN FLIGHT', of: ({ inFlight }) => inFlight, align: 'right' },
  { title: 'BACKLOG', of: ({ backlog }) => backlog, align: 'right' },
  {
    title: 'DEAD',
    of: ({ dead }) => dead,
    align: 'right',
    paint: (text, { dead }, { red }) => (dead > 0 ? red(text) : text),
  },
  { title: 'EVENTS', of: ({ events }) => events.join(', ') },
];

/** `holdfast subscriptions QUEUE` */
export function addSubscriptions(root: Command): void {
  root
    .command('subscriptions')
    .description('list the subscriptions of a queue: how far each has come, and what it is owed')
    .argument('<queue>', 'its name')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'holdfast subscriptions orders',
        "holdfast subscriptions 'Database Events' --json | jq 'select(.dead > 0)'",
      ),
    )
    .action(async (queue: string, options: { json?: boolean }, command: Command) => {
      const subscriptions = await connected(command, (_, ask) =>
        everyItem((range) => ask({ action: 'list', what: 'subscriptions', queue, ...range })),
      );
      printList(subscriptions, COLUMNS, { json: options.json, none: say`Nobody has subscribed to ${queue}.` });
    });
}
