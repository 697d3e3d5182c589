import { runToEnd } from './holdfast';
import { aFolder, aServerCalled, connectTo } from './own';

const refusalOf = async (...args: string[]) => {
  const { code, stderr } = await runToEnd({ args: ['--port', '0', '--data', aFolder(), ...args] });
  expect(code).toBe(2);
  return stderr;
};

test.each(['0.0.0.0', '::', '192.0.2.1', 'example.com', '128.0.0.1'])(
  'Without access control it refuses to listen on %s, and says what to do',
  async (host) => {
    expect(await refusalOf('--host', host)).toMatch(/--auth keys or --auth jwt, or add --insecure/);
  },
);

test('With --insecure it listens there, and says that it is open', async () => {
  const server = await aServerCalled({
    args: ['--port', '0', '--data', aFolder(), '--host', '0.0.0.0', '--insecure'],
  });
  expect(server.output()).toMatch(/It is open: whoever reaches it can read and write/);
  await connectTo({ url: server.url.replace('0.0.0.0', '127.0.0.1') });
});

test('With access control it listens there', async () => {
  const server = await aServerCalled({
    args: ['--port', '0', '--data', aFolder(), '--host', '0.0.0.0'],
    env: { HOLDFAST_AUTH: 'keys' },
  });
  expect(server.output()).toMatch(/holdfast keys create/);
});

test.each([
  [['--auth', 'jwt'], /needs --jwt-issuer and --jwt-audience/],
  [['--auth', 'jwt', '--jwt-issuer', 'https://a.example.com'], /needs --jwt-issuer and --jwt-audience/],
  [['--auth', 'keys', '--jwt-audience', 'a'], /are for --auth jwt/],
  [['--jwt-issuer', 'https://a.example.com'], /are for --auth jwt/],
  [['--jwt-issuer', 'http://a.example.com'], /It must be a URL such as https/],
  [['--auth', 'password'], /none, keys, jwt/],
])('It refuses %j, and says what is wrong', async (args, expected) => {
  expect(await refusalOf(...args)).toMatch(expected);
});
