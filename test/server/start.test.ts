import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { runToEnd } from './holdfast';
import { aFolder, aServer, aServerCalled, connectTo } from './own';
import { aFreePort } from './ports';

test('It listens within two seconds of its start', async () => {
  const before = Date.now();
  await connectTo(await aServer());
  expect(Date.now() - before).toBeLessThan(2_000);
});

test('It says where it listens, where its data is, and gives two lines to paste with that URL', async () => {
  const data = aFolder();
  const port = await aFreePort();
  const server = await aServer(data, port);
  await connectTo(server);
  const url = `ws://127.0.0.1:${port}`;
  expect(server.url).toBe(url);
  const [first, ...rest] = server.output().trimEnd().split('\n');
  expect(first).toBe(`Holdfast listens on ${url}, and keeps its data in ${data}. Ctrl-C stops it.`);
  expect(rest.filter((line) => line.includes('wscat'))).toEqual([
    expect.stringContaining(`npx wscat -c "${url}?clientId=alice" `),
    expect.stringContaining(`npx wscat -c "${url}?clientId=bob" `),
  ]);
  expect(server.complaints()).toBe('');
});

test('Port 0 takes one that is free, and says which', async () => {
  const { url } = await aServer(aFolder(), 0);
  expect(Number(new URL(url).port)).toBeGreaterThan(0);
});

test('Unless told otherwise it is reached from this machine only', async () => {
  const { url } = await aServer();
  expect(new URL(url).hostname).toBe('127.0.0.1');
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  for (const { address } of outside) {
    const socket = new WebSocket(url.replace('127.0.0.1', address));
    await expect(new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))).rejects.toThrow(
      'ECONNREFUSED',
    );
  }
});

test('Port, host and data folder can be given by flags', async () => {
  const data = join(aFolder(), 'made', 'on the way');
  const port = await aFreePort();
  const server = await aServerCalled({ args: ['-p', String(port), '-H', 'localhost', '-d', data] });
  expect(server.url).toBe(`ws://localhost:${port}`);
  await connectTo(server);
  expect(existsSync(join(data, 'holdfast.json'))).toBe(true);
});

test('Port, host and data folder can be given by the environment', async () => {
  const data = aFolder();
  const port = await aFreePort();
  const env = { HOLDFAST_PORT: String(port), HOLDFAST_HOST: 'localhost', HOLDFAST_DATA: data };
  const server = await aServerCalled({ env });
  expect(server.url).toBe(`ws://localhost:${port}`);
  await connectTo(server);
  expect(existsSync(join(data, 'holdfast.json'))).toBe(true);
});

test('A flag wins over the environment', async () => {
  const [data, other] = [aFolder(), aFolder()];
  const port = await aFreePort();
  const env = { HOLDFAST_PORT: '1', HOLDFAST_HOST: '203.0.113.1', HOLDFAST_DATA: other };
  const args = ['--port', String(port), '--host', '127.0.0.1', '--data', data];
  const server = await aServerCalled({ args, env });
  expect(server.url).toBe(`ws://127.0.0.1:${port}`);
  expect(existsSync(join(data, 'holdfast.json'))).toBe(true);
  expect(existsSync(join(other, 'holdfast.json'))).toBe(false);
});

test('Without a data folder named it makes .holdfast where it was started', async () => {
  const cwd = aFolder();
  await aServerCalled({ args: ['--port', '0'], cwd });
  expect(existsSync(join(cwd, '.holdfast', 'holdfast.json'))).toBe(true);
});

test('--help explains every option with its variable and default, and that is no error', async () => {
  const { code, stdout, stderr } = await runToEnd({ args: ['--help'] });
  const options = stdout.split('\n').filter((line) => /^ {2}-/.test(line));
  const text = stdout.replace(/\s+/g, ' ');
  for (const [flag, rest] of [
    ['--port', '(default: 8080, env: HOLDFAST_PORT)'],
    ['--host', '(default: "127.0.0.1", env: HOLDFAST_HOST)'],
    ['--data', '(default: ".holdfast", env: HOLDFAST_DATA)'],
    ['--retention', '(default: 7d, env: HOLDFAST_RETENTION)'],
    ['--dead-letter-retention', '(default: 14d, env: HOLDFAST_DEAD_LETTER_RETENTION)'],
    ['--subscription-expiry', '(default: 31d, env: HOLDFAST_SUBSCRIPTION_EXPIRY)'],
    ['--quotas', '(default: see docs/operations.md, env: HOLDFAST_QUOTAS)'],
    ['--origins', '(default: loopback, env: HOLDFAST_ORIGINS)'],
    ['--log-level', 'default: "warn", env: HOLDFAST_LOG_LEVEL)'],
  ] as const) {
    expect(options).toContainEqual(expect.stringContaining(`${flag} <`));
    expect(text).toContain(rest);
  }
  expect(text).toContain('Examples:');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
