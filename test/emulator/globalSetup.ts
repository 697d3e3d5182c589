import { emulatorUrl } from './emulatorUrl';

/** What the emulator cannot do, by the names of the conformance suite, and why. */
const LACKING = {
  binary: 'MiniStack hands binary frames to the functions as if they were text; API Gateway closes at one.',
  closeCodes: 'DeleteConnection carries no code; MiniStack closes with 1000.',
  deepJson: 'MiniStack reads a frame to find its route, and closes when its own parser runs out of stack.',
  frameLimit: 'MiniStack takes frames of any size.',
  handshakeStatus: 'MiniStack answers 403 whatever the connect function refuses with.',
  subprotocol: 'MiniStack drops the headers of the connect function, so that no subprotocol is ever echoed.',
};

/** A wake-up by its SQS takes up to 1.4 s, and a function runs one request at a time. */
const PATIENCE = '3';

/**
 * Before the conformance suite runs against the emulator, which is left running; `HOLDFAST_URL` points it elsewhere.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.HOLDFAST_URL !== undefined) return;
  process.env.HOLDFAST_URL = await emulatorUrl();
  process.env.HOLDFAST_WITHOUT ??= Object.keys(LACKING).join(',');
  process.env.HOLDFAST_PATIENCE ??= PATIENCE;
}
