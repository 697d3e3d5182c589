import type { Admit } from '../../server/admission';
import { type ListenOptions, listen } from '../../server/listen';
import { eventually } from '../conformance/patience';
import { aFolder, afterwards, aServer, aServerCalled, connectTo } from './own';
import { handshake, sendRaw } from './raw';
import { aSmallDisk, whyNoSmallDisk } from './smallDisk';

const request = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '\r\n'].join('\r\n');

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4);

test('GET /healthz tells that the store works, and HEAD the same without a body', async () => {
  const server = await aServer();
  const answer = await sendRaw(server, request('GET /healthz'));
  expect(statusOf(answer)).toBe(200);
  expect(JSON.parse(bodyOf(answer))).toEqual({ status: 'ok' });
  expect(answer).toMatch(/content-type: application\/json/i);
  const head = await sendRaw(server, request('HEAD /healthz?x=y'));
  expect([statusOf(head), bodyOf(head)]).toEqual([200, '']);
});

const why = whyNoSmallDisk();
(why === undefined ? test : test.skip)(
  `GET /healthz tells that the store takes no writes${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    const server = await aServer(`${aSmallDisk('2m').folder}/data`);
    const health = async () => statusOf(await sendRaw(server, request('GET /healthz')));
    expect(await health()).toBe(200);
    const wire = await connectTo(server, 'shop');
    const publish = { action: 'publish', queue: 'orders', event: 'add', payload: 'x'.repeat(20_000) };
    await eventually(
      () => wire.answer(publish),
      ({ type }) => type === 'error',
    );
    // The next groups are smaller, and one of them may just fit.
    await eventually(
      async () => [await wire.answer({ ...publish, payload: 'x' }), await health()],
      ([, status]) => status === 503,
    );
  },
);

test('There is nothing else, and no answer says more than it has to', async () => {
  const server = await aServer();
  for (const [line, status] of [
    ['GET /', 426],
    ['HEAD /', 426],
    ['GET /metrics', 404],
    ['GET /healthz/', 404],
    ['GET /../healthz', 404],
    ['GET //healthz', 404],
    ['GET /%68ealthz', 404],
    ['GET http://localhost/healthz', 404],
    ['POST /healthz', 405],
    ['PUT /', 405],
    ['DELETE /healthz', 405],
    ['OPTIONS /', 405],
    ['TRACE /', 405],
    ['POST /metrics', 404],
  ] as const) {
    const answer = await sendRaw(server, request(line));
    expect([line, statusOf(answer)]).toEqual([line, status]);
    expect(answer).not.toMatch(/set-cookie|access-control|x-powered-by|^server:|\.ts|node_modules/im);
  }
});

test('A request that would go over to another protocol than WebSocket is answered as it is', async () => {
  const server = await aServer();
  const to = (protocol: string) => ['Connection: Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`];
  for (const [line, status, protocol] of [
    ['GET /healthz', 200, 'h2c'],
    ['HEAD /healthz', 200, 'TLS/1.3, h2c'],
    ['GET /', 426, 'h2c'],
    ['POST /healthz', 405, 'h2c'],
    ['GET /metrics', 404, 'h2c'],
    ['GET /?clientId=shop', 400, 'h2c, websocket'],
  ] as const) {
    const answer = await sendRaw(server, request(line, ...to(protocol), 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'));
    expect([line, protocol, statusOf(answer)]).toEqual([line, protocol, status]);
  }
  const body = await sendRaw(server, request('POST /', ...to('h2c'), 'Content-Length: 5'));
  expect(statusOf(body)).toBe(413);
  expect(await server.stop()).toBe(0);
});

test('No request takes a body: it is refused without being waited for', async () => {
  const server = await aServer();
  for (const [status, ...headers] of [
    [413, 'Content-Length: 5'],
    [413, 'Transfer-Encoding: chunked'],
    [413, 'Content-Length: 5', 'Expect: 100-continue'],
    [400, 'Content-Length: 5', 'Transfer-Encoding: chunked'],
    [400, 'Content-Length: -1'],
  ] as const) {
    const answer = await sendRaw(server, request('GET /healthz', ...headers));
    expect([headers, statusOf(answer)]).toEqual([headers, status]);
  }
});

test('A handshake with a body is refused', async () => {
  const answer = await sendRaw(await aServer(), handshake('?clientId=shop', 'Content-Length: 5'));
  expect(statusOf(answer)).toBe(400);
});

/** A port with no server behind it. */
async function aListener(options: Partial<ListenOptions>) {
  const listener = await listen(
    {
      host: '127.0.0.1',
      port: 0,
      origins: [],
      most: 10,
      isFull: () => false,
      isHealthy: async () => true,
      admit: async () => ({ client: undefined }),
      ...options,
    },
    () => undefined,
  );
  afterwards(() => listener.close());
  return { url: `ws://127.0.0.1:${listener.port}`, close: () => listener.close() };
}

test('A handshake that is not decided on when the server ends is refused, and the end does not wait for it', async () => {
  const asked: unknown[] = [];
  const admit: Admit = (request) => {
    asked.push(request);
    return new Promise(() => undefined);
  };
  const listener = await aListener({ admit });
  const answer = sendRaw(listener, handshake());
  await eventually(
    () => asked.length,
    (count) => count === 1,
  );
  await listener.close();
  expect(statusOf(await answer)).toBe(503);
});

describe('A request that arrives too slowly', () => {
  const PATIENCE_MS = 300;

  const impatient = () => aListener({ patience: PATIENCE_MS });

  test.each([
    ['never begins', ''],
    ['stops in its headers', 'GET /healthz HTTP/1.1\r\nHost: local'],
    ['stops before its end', `${request('GET /healthz').slice(0, -2)}`],
  ])('is cut off when it %s', async (_, part) => {
    const began = performance.now();
    const answer = await sendRaw(await impatient(), part);
    expect(performance.now() - began).toBeLessThan(20 * PATIENCE_MS);
    expect(answer).toMatch(/^(HTTP\/1\.1 408|$)/);
  });
});

describe('A page', () => {
  const from = (origin: string) => handshake('?clientId=shop', `Origin: ${origin}`);
  const connects = async (server: { url: string }, origin: string) =>
    statusOf(await sendRaw(server, from(origin), Buffer.from([0x88, 0x80, 0, 0, 0, 0])));

  test('of this machine may connect, and one of anywhere else may not, unless told otherwise', async () => {
    const server = await aServer();
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'https://app.localhost', 'http://[::1]:8080'])
      expect([origin, await connects(server, origin)]).toEqual([origin, 101]);
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'http://127.0.0.1.nip.io'])
      expect([origin, await connects(server, origin)]).toEqual([origin, 403]);
  });

  test('that would reach this machine by a name of its own may not connect', async () => {
    const server = await aServer();
    const { port } = new URL(server.url);
    const rebound = from(`http://evil.example:${port}`).replace('Host: localhost', `Host: evil.example:${port}`);
    expect(statusOf(await sendRaw(server, rebound))).toBe(403);
  });

  test('may connect if it is listed, and no other', async () => {
    const args = ['--port', '0', '--data', aFolder(), '--origins', 'https://app.example.com, https://b.example'];
    const server = await aServerCalled({ args });
    expect(await connects(server, 'https://app.example.com')).toBe(101);
    expect(await connects(server, 'https://b.example')).toBe(101);
    for (const origin of ['https://app.example.com:8443', 'http://app.example.com', 'http://localhost:3000'])
      expect([origin, await connects(server, origin)]).toEqual([origin, 403]);
  });

  test('may connect from anywhere with --origins "*"', async () => {
    const server = await aServerCalled({ args: ['--port', '0', '--data', aFolder(), '--origins', '*'] });
    for (const origin of ['https://evil.example', 'null']) expect(await connects(server, origin)).toBe(101);
  });
});

test('A program, which names no origin, may connect', async () => {
  await connectTo(await aServer());
});

test('A request that would go over to another protocol does no harm behind one that is not answered yet', async () => {
  const server = await aServer();
  const upgrade = request('GET /healthz', 'Connection: Upgrade', 'Upgrade: h2c');
  const answer = await sendRaw(server, `${request('GET /healthz')}${upgrade}`);
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  await connectTo(server);
});
