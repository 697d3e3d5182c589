import type { RootCommand } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command, Option } from 'commander';
import { everyItem, open, targetOf } from '../connection';
import { print } from '../output/print';
import { examples } from './options';

const NOTE = `
Completes commands, options and the names of queues, once the script is part of your shell's start-up. It calls holdfast
by that name: have it on the PATH, such as by npm link. Queues are asked for at HOLDFAST_URL.`;

/** How long a person who pressed a key has to wait at most. Milliseconds. */
const PATIENCE_MS = 1_000;

/** Names that need no quotes in any shell. */
const PLAIN = /^[A-Za-z0-9._:@-]+$/;

/**
 * The bash script counts on the package bash-completion for this; where that is missing, words as bash splits them do.
 */
const BASH_WORDS = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref() {
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
}`;

/**
 * `holdfast completion SHELL`, and the hidden `complete` that the scripts call. To be added last, since it completes
 * the commands that are there.
 */
export function addCompletion(root: Command): void {
  const tree = tab(root, { completionCommandName: 'completion' });
  const named = (name: string) => root.commands.find((command) => command.name() === name);
  named('completion')
    ?.description('print a script that completes commands, options and queues in a shell')
    .addHelpText(
      'after',
      NOTE +
        examples(
          'source <(holdfast completion bash)    # in ~/.bashrc',
          'source <(holdfast completion zsh)     # in ~/.zshrc, after compinit',
          'holdfast completion fish > ~/.config/fish/completions/holdfast.fish',
        ),
    )
    .hook('preAction', (_, { args: [shell] }) => {
      if (shell === 'bash') print(BASH_WORDS);
    });
  named('complete')?.hook('preAction', async (_, command) => {
    const { serverCommand } = await import('../../server/options');
    // The tree has the global options at its root only; they may follow every command but serve, which has its own.
    for (const [name, one] of tree.commands) addOptions(one, (name === 'serve' ? serverCommand() : root).options);
    // Only for the word of a queue there is something to ask a server for.
    if (process.argv.some((word) => word.length > 0 && tree.commands.get(word)?.arguments.has('queue')))
      addQueues(tree, await queuesOf(command));
  });
}

type Branch = NonNullable<ReturnType<RootCommand['commands']['get']>>;

function addOptions(command: Branch, options: readonly Option[]): void {
  for (const { long, description, required, argChoices = [] } of options) {
    const name = long?.slice(2);
    if (name === undefined || command.options.has(name)) continue;
    if (required)
      command.option(name, description, (complete) => {
        for (const choice of argChoices) complete(choice, '');
      });
    else command.option(name, description);
  }
}

function addQueues({ commands }: RootCommand, queues: readonly string[]): void {
  for (const command of commands.values()) {
    const queue = command.arguments.get('queue');
    if (queue !== undefined)
      queue.handler = (complete) => {
        for (const name of queues) complete(name, 'queue');
      };
  }
}

/** The names of all queues; none if no server answers in time. */
async function queuesOf(command: Command): Promise<string[]> {
  try {
    const holdfast = await open({ ...targetOf(command), timeout: PATIENCE_MS / 1000 });
    const queues = await everyItem((range) => holdfast.request({ action: 'list', what: 'queues', ...range }));
    await holdfast.close();
    return queues.map(({ queue }) => queue).filter((queue) => PLAIN.test(queue));
  } catch {
    return [];
  }
}
