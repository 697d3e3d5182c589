import type { Command } from 'commander';
import { readOptions, serverCommand } from '../../server/options';

/**
 * `holdfast serve`, which `npm start` runs. Its options are the server's own and read there; the connection's, which
 * every other command has, mean nothing to it and are refused.
 */
export function addServe(root: Command): void {
  const command = root
    .command('serve')
    .description('run a server on this machine; serve --help shows its options')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const options = readOptions(process.argv.slice(process.argv.indexOf('serve') + 1));
      // Loaded only here: the store is native, and no other command needs it.
      const { runServer } = await import('../../server/run');
      await runServer(options);
    });
  command.outputHelp = () => serverCommand().outputHelp();
}
