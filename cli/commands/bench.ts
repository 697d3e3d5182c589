import type { Command } from 'commander';
import { FIGURES } from '../bench/figures';
import { underLoad } from '../bench/load';
import { open, targetOf } from '../connection';
import { Misuse } from '../exitCode';
import { print, printList } from '../output/print';
import { showProgress } from '../output/progress';
import { examples, json, whole } from './options';

interface Options {
  readonly queue: string;
  readonly messages: number;
  readonly publishers: number;
  readonly subscribers: number;
  readonly size: number;
  readonly outstanding: number;
  readonly json?: boolean;
}

const NOTE = `
It measures the server, the network and this client together, in one process. The messages stay in the queue until they
expire; its subscribers do not stay. Against AWS it costs what so many messages cost.`;

/** `holdfast bench` */
export function addBench(root: Command): void {
  root
    .command('bench')
    .description('put load on a server and print how many messages a second it took, and how fast')
    .option('-q, --queue <name>', 'the queue to use', 'bench')
    .option('-n, --messages <count>', 'messages to publish', whole(1, 10_000_000), 10_000)
    .option('--publishers <count>', 'connections that publish', whole(1, 1_000), 1)
    .option('--subscribers <count>', 'connections that each get and acknowledge every message', whole(0, 1_000), 1)
    .option('--size <bytes>', 'bytes of each payload', whole(40, 29_000), 200)
    .option(
      '--outstanding <count>',
      'publishes of each publisher that wait for an answer at a time',
      whole(1, 10_000),
      200,
    )
    .addOption(json())
    .addHelpText(
      'after',
      NOTE +
        examples(
          'holdfast bench',
          'holdfast bench --messages 100000 --publishers 4 --subscribers 10',
          'holdfast bench --outstanding 1   # one after the other: the time of a single publish',
        ),
    )
    .action(
      async ({ json, queue, messages, publishers, subscribers, size, outstanding }: Options, command: Command) => {
        const target = targetOf(command);
        const clients = await Promise.all(Array.from({ length: publishers + subscribers }, () => open(target)));
        const readers = clients.slice(publishers);
        try {
          if (new Set(readers.map(({ clientId }) => clientId)).size < readers.length)
            throw new Misuse(
              'several subscribers of one client would share its subscription: leave out --client, or use --subscribers 1',
            );
          const progress = process.stderr.isTTY
            ? showProgress(messages * (subscribers > 0 ? 2 : 1), 'done')
            : undefined;
          const load = { queue, messages, size, outstanding };
          const figures = await underLoad(clients.slice(0, publishers), readers, load, (done) =>
            progress?.update(done, Math.floor(done)),
          ).finally(() => progress?.stop());
          if (process.stdout.isTTY && !json) print('');
          printList(figures, FIGURES, { json, none: '' });
          await Promise.all(readers.map((reader) => reader.request({ action: 'unsubscribe', queue })));
        } finally {
          await Promise.all(clients.map((client) => client.close()));
        }
      },
    );
}
