import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterwards } from '../server/own';
import { CHROMIUM } from './program';

const START_MS = 30_000;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
  // A page that is served as from elsewhere.
  '--host-resolver-rules=MAP *.example 127.0.0.1',
];

jest.setTimeout(60_000);

/**
 * Starts Chromium with a profile of its own, until the test is over.
 *
 * It is started here and not by playwright, which would have each of its pages pass for the one that is looked at: a
 * tab in the background must be hidden, or it cannot be put to sleep.
 */
export async function aBrowser(): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-chromium-'));
  const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // In a group of its own, so that its helpers can be ended with it.
    detached: true,
  });
  const gone = once(child, 'exit');
  afterwards(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const complaints: string[] = [];
  const endpoint = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Chromium did not start: ${complaints.join('\n')}`)), START_MS);
    child.once('exit', () => reject(new Error(`Chromium ended: ${complaints.join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      complaints.push(line);
      const found = /^DevTools listening on (\S+)$/.exec(line)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  afterwards(() => browser.close());
  const [context] = browser.contexts();
  if (context === undefined) throw new Error('Chromium should have a window');
  return context;
}
