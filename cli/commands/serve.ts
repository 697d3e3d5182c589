import type { Command } from 'commander';

/**
 * `holdfast serve`, which `npm start` runs. Its options are the server's own and read there. The options for a
 * connection, which every other command has, do not apply and are refused. The server is loaded only here, since
 * loading takes time and no other command needs it.
 */
export function addServe(root: Command): void {
  const serve = root
    .command('serve')
    .description('run a server on this machine; serve --help shows its options')
    .usage('[options]')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      const { readOptions } = await import('../../server/options');
      const options = readOptions(process.argv.slice(process.argv.indexOf('serve') + 1));
      const { runServer } = await import('../../server/run');
      await runServer(options);
    });
  // For `help serve`, which is not waited for: it cannot import.
  serve.outputHelp = () => {
    const { serverCommand }: typeof import('../../server/options') = require('../../server/options');
    serverCommand().outputHelp();
  };
}
