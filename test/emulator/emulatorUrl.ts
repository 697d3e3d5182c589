import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { deploy } from './deploy';
import { answering } from './health';
import { oneAtATime } from './lock';
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
  return oneAtATime(join(folder, 'starting.lock'), 'starting the emulator', startedUrl);
}

async function startedUrl(): Promise<string> {
  let there = await answering(endpoint);
  if (there === 'nothing') {
    if (foreignEndpoint) throw new EmulatorError(`Nothing answers at AWS_ENDPOINT_URL, ${endpoint}.`);
    await start();
    there = 'ministack';
  }
  if (there === 'other' && !foreignEndpoint) {
    throw new EmulatorError(`What listens at ${endpoint} is no emulator of AWS; set EMULATOR_PORT to a free port.`);
  }
  const { Url } = await deploy({ ...contextFor(there === 'ministack'), auth: 'none' });
  say(`Holdfast runs at ${Url}`);
  return Url;
}

/** MiniStack's CloudFormation knows no route responses. LocalStack's functions reach it by this name only. */
export function contextFor(ministack: boolean): Record<string, string> {
  if (ministack) return { retain: 'false', emulator: endpoint, routeResponses: 'false' };
  const { protocol, port } = new URL(endpoint);
  return { retain: 'false', emulator: `${protocol}//localhost.localstack.cloud:${port || '4566'}` };
}
