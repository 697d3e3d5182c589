import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { examples } from './options';

const NOTE = `
Completes commands, options and their values, once the script is part of your shell's start-up. It calls holdfast by
that name: have it on the PATH, such as by npm link.`;

/** `holdfast completion SHELL`, and the hidden `complete` that the scripts call. To be added last: it knows what is there. */
export function addCompletion(root: Command): void {
  const completion = tab(root, { completionCommandName: 'completion' });
  // The tree has the global options at its root only; they may follow every command.
  const global = root.createHelp().visibleOptions(root);
  for (const [name, command] of completion.commands)
    if (name !== 'serve')
      for (const option of global) {
        const long = option.long?.slice(2);
        if (long === undefined || command.options.has(long)) continue;
        if (option.required) command.option(long, option.description, () => {});
        else command.option(long, option.description);
      }
  root.commands
    .find((command) => command.name() === 'completion')
    ?.description('print a script that completes commands and options in a shell')
    .addHelpText(
      'after',
      NOTE +
        examples(
          'source <(holdfast completion bash)    # in ~/.bashrc',
          'source <(holdfast completion zsh)     # in ~/.zshrc, after compinit',
          'holdfast completion fish > ~/.config/fish/completions/holdfast.fish',
        ),
    );
}
