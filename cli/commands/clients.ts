import { type Command, Option } from 'commander';
import type { ListedClient } from '../../client';
import { connected, everyItem } from '../connection';
import { printList } from '../output/print';
import type { Column } from '../output/table';
import { examples, json } from './options';

/** A client and one of its subscriptions; without one, if it has none. */
interface Line {
  readonly client: ListedClient;
  readonly subscription: ListedClient['subscriptions'][number] | undefined;
}

const COLUMNS: readonly Column<Line>[] = [
  { title: 'CLIENT', of: ({ client }) => client.clientId, paint: (text, _, { bold }) => bold(text) },
  {
    title: 'CONNECTIONS',
    of: ({ client }) => client.connections.length,
    shown: ({ client }) => (client.connected ? client.connections.length : 'away'),
    align: 'right',
    paint: (text, { client }, { dim }) => (client.connected ? text : dim(text)),
  },
  { title: 'QUEUE', of: ({ subscription }) => subscription?.queue ?? '' },
  { title: 'IN FLIGHT', of: ({ subscription }) => subscription?.inFlight ?? '', align: 'right' },
  { title: 'BACKLOG', of: ({ subscription }) => subscription?.backlog ?? '', align: 'right' },
  { title: 'EVENTS', of: ({ subscription }) => subscription?.events.join(', ') ?? '' },
];

const linesOf = (client: ListedClient): Line[] =>
  client.subscriptions.length === 0
    ? [{ client, subscription: undefined }]
    : client.subscriptions.map((subscription) => ({ client, subscription }));

/** `holdfast clients` */
export function addClients(root: Command): void {
  root
    .command('clients')
    .description('list the clients: who is connected, and what each subscribed to')
    .addOption(new Option('--connected', 'only those that are connected').conflicts('away'))
    .addOption(new Option('--away', 'only those that are not'))
    .addOption(json())
    .addHelpText('after', examples('holdfast clients', 'holdfast clients --away', 'holdfast clients --json'))
    .action(async (options: { connected?: true; away?: true; json?: boolean }, command: Command) => {
      const wanted = options.connected ? { connected: true } : options.away ? { connected: false } : {};
      const clients = await connected(command, (_, ask) =>
        everyItem((range) => ask({ action: 'list', what: 'clients', ...wanted, ...range })),
      );
      const none = 'There are no such clients.';
      if (options.json) printList(clients, [], { json: true, none });
      else printList(clients.flatMap(linesOf), COLUMNS, { none });
    });
}
