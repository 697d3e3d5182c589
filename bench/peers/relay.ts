import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownFrames } from './holdfast';
import { type Broker, end } from './peer';

/** What the package `ws` takes by itself: a process that writes messages to a file and passes them on. No queue. */
export async function startRelay(folder: string): Promise<Broker> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'relayProcess.ts'), join(folder, 'log')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { ...ownFrames(String(url)), stop: () => end(child) };
}
