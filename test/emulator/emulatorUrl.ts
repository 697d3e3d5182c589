import { mkdirSync } from 'node:fs';
import { deploy } from './deploy';
import { answering } from './health';
import { start } from './ministack';
import { EmulatorError, say } from './run';
import { endpoint, folder, foreignEndpoint } from './settings';

/**
 * Makes sure that the stack of this working copy runs in an emulator, and leaves it running.
 *
 * @returns the WebSocket URL
 * @throws EmulatorError when something is missing on this machine, or in the emulator
 */
export async function emulatorUrl(): Promise<string> {
  mkdirSync(folder, { recursive: true });
  let there = await answering(endpoint);
  if (there === 'nothing') {
    if (foreignEndpoint) throw new EmulatorError(`Nothing answers at AWS_ENDPOINT_URL, ${endpoint}.`);
    await start();
    there = 'ministack';
  }
  if (there === 'other' && !foreignEndpoint) {
    throw new EmulatorError(`What listens at ${endpoint} is no emulator of AWS; set EMULATOR_PORT to a free port.`);
  }
  const url = await deploy(contextFor(there === 'ministack'));
  say(`Holdfast runs at ${url}`);
  return url;
}

/** MiniStack's CloudFormation knows no route responses. LocalStack's functions reach it by this name only. */
function contextFor(ministack: boolean): Record<string, string> {
  // MiniStack asks no authorizer: with access control nobody would be let in.
  if (ministack) return { auth: 'none', retain: 'false', emulator: endpoint, routeResponses: 'false' };
  const { protocol, port } = new URL(endpoint);
  return { auth: 'none', retain: 'false', emulator: `${protocol}//localhost.localstack.cloud:${port || '4566'}` };
}
