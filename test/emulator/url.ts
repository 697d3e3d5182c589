import { emulatorUrl } from './emulatorUrl';
import { EmulatorError } from './run';

emulatorUrl().then(
  (url) => process.stdout.write(`${url}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof EmulatorError ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
