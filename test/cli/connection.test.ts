import { createServer } from 'node:http';
import { afterwards, aServer, connectTo } from '../server/own';
import { aFreePort } from '../server/ports';
import { run, started } from './program';
import { shown } from './terminal';

jest.setTimeout(20_000);

test('Where nobody listens, it says so within the time given, with exit code 3', async () => {
  const url = `ws://127.0.0.1:${await aFreePort()}`;
  const { code, stdout, stderr } = await run(['queues', '--url', url, '--timeout', '1']);
  expect(stderr).toMatch(new RegExp(`^error: ${url} was not reached within 1000 ms.*ECONNREFUSED.*\n$`));
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
});

test('A server that is late is waited for', async () => {
  const port = await aFreePort();
  const listing = started(['queues', '--url', `ws://127.0.0.1:${port}`, '--timeout', '15']);
  await aServer(undefined, port);
  expect((await listing.done).code).toBe(0);
});

test.each([
  [401, 'no such token'],
  [403, 'not you'],
])('A connection that is refused with %d ends it with exit code 4', async (status, reason) => {
  const http = createServer();
  http.on('upgrade', (_, socket) => socket.end(`HTTP/1.1 ${status} ${reason}\r\ncontent-length: 0\r\n\r\n`));
  const port = await new Promise<number>((resolve) => {
    http.listen(0, '127.0.0.1', () => {
      const address = http.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  afterwards(() => http.close());
  const { code, stderr } = await run(['queues', '--url', `ws://127.0.0.1:${port}`, '--token', 'secret']);
  expect(stderr).toMatch(/^error: .+\n$/);
  expect(stderr).not.toContain('secret');
  expect(code).toBe(4);
});

test.each(['http://127.0.0.1:8080', '127.0.0.1:8080', ''])('%j is no URL of a server', async (url) => {
  const { code, stderr } = await run(['queues', '--url', url]);
  expect(stderr).toMatch(/^error: .* no URL of a server: expected ws:/);
  expect(code).toBe(2);
});

test('A client id that the protocol does not allow is misuse', async () => {
  const { code, stderr } = await run(['queues', '--client', 'not a client']);
  expect(stderr).toMatch(/'not a client' is invalid.* 1 to 128 /);
  expect(code).toBe(2);
});

test('A subscriber says that the connection is lost, and goes on when there is a server again', async () => {
  const first = await aServer();
  const port = Number(new URL(first.url).port);
  const reader = started(['subscribe', 'orders', '--client', 'reader', '--url', first.url, '--json']);
  const wire = await connectTo(first);
  while ((await wire.list('queues')).length === 0);
  await first.stop('SIGKILL');
  await reader.complains(/The connection is lost; trying again …\n/);
  const second = await aServer(undefined, port);
  await reader.complains(/Connected again\.\n$/);
  await run(['publish', 'orders', 'created', '1', '--url', second.url]);
  expect(JSON.parse(await reader.until(/\n/))).toMatchObject({ seq: 1, event: 'created' });
});

test('Ctrl-C cuts a publish of many off with exit code 130, and gives the cursor back', async () => {
  const { url } = await aServer();
  const feed = '(trap "" INT; seq 500; sleep 9)';
  const terminal = shown(`trap : INT; ${feed} | holdfast publish orders e -; echo "code $?"`, {
    env: { HOLDFAST_URL: url },
  });
  await terminal.until(/^500 published/m);
  terminal.type('\u0003');
  await terminal.until(/^code 130$/m);
  const written = terminal.written();
  expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
});
