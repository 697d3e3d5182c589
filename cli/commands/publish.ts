import type { Command } from 'commander';
import { connected, targetOf } from '../connection';
import { print, printJson, say } from '../output/print';
import { Patience } from '../patience';
import { publishLines } from '../publish/many';
import { asText, fromJson, readHeaders } from '../publish/payload';
import { examples, gathered, json } from './options';

interface Options {
  readonly id?: string;
  readonly header?: readonly string[];
  readonly text?: true;
  readonly json?: boolean;
}

/** `holdfast publish QUEUE EVENT [JSON | -]` */
export function addPublish(root: Command): void {
  root
    .command('publish')
    .description('publish a message, or with - one for each line of standard input')
    .argument('<queue>', 'the queue; it comes into being')
    .argument('<event>', 'what happened')
    .argument('[payload]', 'JSON, or - to read it from standard input, one payload on each line; left out: null')
    .option('--text', 'the payload, or each line, is a string as it stands')
    .option(
      '--id <id>',
      'publish once: repeated with the same id it stores nothing; of lines, the id of line n is ID-n',
    )
    .option('--header <name=value>', 'a header; may be given several times', gathered)
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        `holdfast publish orders created '{"id":7}'`,
        'holdfast publish chat said --text hello --header room=lobby',
        `holdfast publish orders created '{"id":7}' --id order-7`,
        "jq -c '.[]' orders.json | holdfast publish orders imported -",
        'holdfast publish orders imported - --id import-2026-11 < orders.ndjson',
      ),
    )
    .action(async (queue: string, event: string, payload: string | undefined, options: Options, command: Command) => {
      const read = options.text ? asText : fromJson;
      const headers = readHeaders(options.header ?? []);
      const patience = new Patience(targetOf(command).timeout);
      if (payload === '-') {
        const batch = { queue, event, headers, idPrefix: options.id };
        const done = await connected(command, (holdfast) =>
          publishLines(holdfast, process.stdin, read, batch, patience),
        );
        if (options.json) printJson({ queue, ...done });
        else
          print(
            say`Published ${done.published} to ${queue}${done.duplicates === 0 ? '' : `, ${done.duplicates} of them before`}.`,
          );
        return;
      }
      const value = payload === undefined ? null : read(payload);
      const id = options.id === undefined ? {} : { id: options.id };
      const reply = await connected(command, (holdfast) =>
        patience.wait((signal) => holdfast.publish(queue, event, value, { headers, ...id, signal })),
      );
      if (options.json) printJson({ queue, seq: reply.seq, id: reply.id, duplicate: reply.duplicate });
      else if (reply.duplicate) print(say`Published before: ${reply.seq} in ${queue}.`);
      else print(say`Published ${reply.seq} to ${queue}.`);
    });
}
