import type { Command } from 'commander';
import { connected, namedClient, targetOf } from '../connection';
import { print, printJson, say } from '../output/print';
import { readPosition } from '../position';
import { examples, json } from './options';

const NOTE = `
It connects as the client. If that was away, messages are delivered to this connection for a moment, which does not
acknowledge them: the client gets them when it comes, as a second attempt.`;

/** `holdfast seek QUEUE TO` */
export function addSeek(root: Command): void {
  root
    .command('seek')
    .description("move a client's subscription in the log of a queue, back or forth; what is in flight is forgotten")
    .argument('<queue>', 'the queue')
    .argument('<to>', 'new, earliest, a seq, a time (2026-11-01T08:00Z), or a duration before now (15m, 2h, 7d)')
    .addOption(json())
    .addHelpText(
      'after',
      NOTE + examples('holdfast --client billing seek orders earliest', 'holdfast --client billing seek orders 2h'),
    )
    .action(async (queue: string, to: string, options: { json?: boolean }, command: Command) => {
      const position = readPosition(to, Date.now());
      namedClient(targetOf(command), 'seek');
      const { next, backlog } = await connected(command, (_, ask) => ask({ action: 'seek', queue, to: position }));
      if (options.json) printJson({ queue, next, backlog });
      else print(say`The next message of ${queue} is ${next}; ${backlog} in the backlog.`);
    });
}
