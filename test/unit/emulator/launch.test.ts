import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, signal } from '../../emulator/launch';

/** Answers as MiniStack does, at the port in its environment. */
const ANSWERS = `require('node:http').createServer((_, answer) => answer.end('{"services":{}}'))
  .listen(Number(process.env.GATEWAY_PORT), '127.0.0.1')`;
/** Tells its pid, and does not listen. */
const MUTE = 'console.log(process.pid); setInterval(() => {}, 1_000)';

let folder: string;
const servers = new Set<Server>();
const groups = new Set<number>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-launch-'));
});
afterEach(() => {
  for (const group of groups) signal(group, 'SIGKILL');
  for (const server of servers) server.close();
  groups.clear();
  servers.clear();
  rmSync(folder, { recursive: true, force: true });
});

/** Something that answers as MiniStack does, in this process. */
async function other(): Promise<number> {
  const server = createServer((_, answer) => answer.end('{"services":{}}'));
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const port = await other();
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  servers.clear();
  return port;
}

function launched(script: string, port: number, patience: number) {
  const [logFile, pidFile] = [join(folder, 'log'), join(folder, 'pid')];
  const environment = { ...process.env, GATEWAY_PORT: String(port) };
  const wanted = { command: process.execPath, args: ['-e', script], folder, environment, port, patience };
  return { started: launch({ ...wanted, logFile, pidFile }), logFile, pidFile };
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(20);
}

it('leaves the pid of what listens', async () => {
  const { started, pidFile } = launched(ANSWERS, await freePort(), 15_000);
  await started;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  groups.add(pid);
  expect(isAlive(pid)).toBe(true);
});

it('ends what does not answer in time, and leaves no pid', async () => {
  const { started, logFile, pidFile } = launched(MUTE, await freePort(), 3_000);
  await expect(started).rejects.toThrow(/^MiniStack did not start: it did not answer within 3 s\. See /);
  await untilDead(Number(readFileSync(logFile, 'utf8')));
  expect(existsSync(pidFile)).toBe(false);
});

it('takes no other that answers at the port for what it started', async () => {
  const { started, pidFile } = launched(ANSWERS, await other(), 15_000);
  await expect(started).rejects.toThrow('MiniStack did not start: it ended with exit code 1');
  expect(existsSync(pidFile)).toBe(false);
});
