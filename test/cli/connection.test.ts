import { pause } from '../conformance/patience';
import { aFolder, aServer, aServerCalled, connectTo } from '../server/own';
import { aFreePort } from '../server/ports';
import { misused } from './misuse';
import { run, started } from './program';
import { shown } from './terminal';

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

test('Who has no token, one that is not known, or one that does not permit it, is told so with exit code 4', async () => {
  const data = aFolder();
  const { url } = await aServerCalled({ args: ['--port', '0', '--data', data, '--auth', 'keys'] });
  const made = await run(['keys', 'create', 'shop', '--publish', 'orders/*', '--data', data]);
  const token = made.stdout.trim();
  const as = (text: string, ...args: string[]) => run([...args, '--url', url, '--token', text]);
  expect(await as(token, 'publish', 'orders', 'created', '1')).toMatchObject({
    code: 0,
    stdout: 'Published 1 to orders.\n',
  });
  const refused = await Promise.all([
    run(['publish', 'orders', 'created', '1', '--url', url]),
    as('secret', 'publish', 'orders', 'created', '1'),
    as(token, 'publish', 'mails', 'sent', '1'),
    as(token, 'subscribe', 'orders'),
  ]);
  for (const { code, stdout, stderr } of refused) {
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/^error: .+\n$/);
    expect(stderr).not.toContain('secret');
  }
  expect(refused[0]?.stderr).toMatch(
    /with 401: a credential is needed: .*\(--token or HOLDFAST_TOKEN says who you are\)$/m,
  );
  expect(refused[1]?.stderr).toMatch(/with 401: the API key must be one .*--token/);
});

test.each(['http://127.0.0.1:8080', '127.0.0.1:8080', ''])('%j is no URL of a server', async (url) => {
  expect(await misused(['queues', '--url', url])).toMatch(/^error: .* no URL of a server: expected ws:/);
});

test('A client id that the protocol does not allow is misuse', async () => {
  expect(await misused(['queues', '--client', 'not a client'])).toMatch(/'not a client' is invalid.* 1 to 128 /);
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

test('A server that no longer answers ends a publish of lines with exit code 3, and says which were published', async () => {
  const server = await aServer();
  const args = ['publish', 'orders', 'created', '-', '--timeout', '1', '--url', server.url];
  const publishing = started(args);
  publishing.process.stdin.write('1\n');
  const wire = await connectTo(server);
  await wire.subscribe('orders', { from: 'earliest' });
  await wire.receive('orders', 1);
  // The publisher is answered after the subscriber got it.
  await pause(300);
  server.process.kill('SIGSTOP');
  publishing.process.stdin.end('2\n');
  const { code, stdout, stderr } = await publishing.done;
  server.process.kill('SIGCONT');
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(
    /^error: line 2: there was no answer within 1 s: .*--id.* \(1 published; the lines from 2 on may not be\)\n$/,
  );
});

test('Ctrl-C cuts a publish of many off with exit code 130, and gives the cursor back', async () => {
  const { url } = await aServer();
  // It goes on until nobody reads, whatever is typed.
  const feed = '(trap "" INT; seq 500; while echo 0; do sleep 0.1; done)';
  const terminal = shown(`trap : INT; ${feed} | holdfast publish orders e -; echo "code $?"`, {
    env: { HOLDFAST_URL: url },
  });
  await terminal.until(/^5\d\d published/m);
  terminal.type('\u0003');
  await terminal.until(/^code 130$/m);
  const written = terminal.written();
  expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
});
