import { main } from './run';

main(async () => {
  // Here, so that a setting that is refused is told like anything else.
  const { emulatorUrl } = await import('./emulatorUrl');
  process.stdout.write(`${await emulatorUrl()}\n`);
});
