import { aServer } from '../server/own';
import { started } from './program';
import { served } from './server';
import { shown } from './terminal';

const server = served();

const ENTER_ALTERNATE = '\u001b[?1049h';
const LEAVE_ALTERNATE = '\u001b[?1049l';

test('It draws anew as things change, gives way to a smaller terminal, and leaves the terminal as it was', async () => {
  const wire = await server.wire('billing');
  await wire.subscribe('orders');
  const terminal = server.show('echo before; holdfast top --interval 1; echo after; stty -a | grep -o ".icanon "');
  await terminal.until(/^orders +0 /m);
  await wire.publishAll('orders', ['a', 'a', 'a']);
  // To its end, since a screen may come in parts.
  const screen = await terminal.until(
    /^orders +3 +[\d.]+ +1 of 1 +3 +0 +0$[\s\S]*^billing +orders +0 +3 [\s\S]*q ends$/m,
  );
  expect(screen).toMatch(/^1 queue, [\d.]+\/s published, 0\/s settled, 3 in flight, 0 backlog, 0 dead$/m);
  expect(screen).toMatch(/^billing +orders +0 +3 +0 +yes$/m);
  expect(screen).toMatch(/^ws:\S+ · every 1s · q ends$/m);
  terminal.resize(60, 12);
  // Whole, and no line longer.
  await terminal.until(/^(?![\s\S]*^.{61})[\s\S]*^billing[\s\S]*q ends$/m);
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toMatch(/^before\nafter\n icanon$/);
  const written = terminal.written();
  expect(written.indexOf(ENTER_ALTERNATE)).toBeGreaterThan(written.indexOf('before'));
  expect(written.indexOf(LEAVE_ALTERNATE)).toBeGreaterThan(written.indexOf(ENTER_ALTERNATE));
  expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s ends it too', async (_, key) => {
  const terminal = server.show('holdfast top');
  await terminal.until(/q ends/);
  terminal.type(key);
  expect(await terminal.ended).toBe(0);
  expect(terminal.written()).toContain(LEAVE_ALTERNATE);
});

test('Without a terminal it prints once, with the rates between two looks', async () => {
  const { code, stdout } = await server.run(['top', '--interval', '1']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 queue, 0\/s published, /);
  expect(stdout).not.toContain('\u001b');
});

test('--json prints an object for each look', async () => {
  const { code, stdout } = await server.run(['top', '--interval', '1', '--once', '--json']);
  expect(code).toBe(0);
  const [first, second] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({ inFlight: 3, queues: [{ queue: 'orders', head: 3 }] });
  expect(first).not.toHaveProperty('published');
  expect(second).toMatchObject({ published: 0, slowest: [{ clientId: 'billing', inFlight: 3 }] });
});

test('Ctrl-C ends --json as it should be ended', async () => {
  const command = started(['top', '--json'], { HOLDFAST_URL: server.url });
  await command.until(/\n/);
  command.process.kill('SIGINT');
  expect((await command.done).code).toBe(0);
});

test('--json ends when nobody reads any more', async () => {
  const terminal = server.show('holdfast top --json --interval 1 | head -n 1');
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toMatch(/^\{"time":[^\n]+/);
  expect(terminal.screen()).not.toContain('EPIPE');
});

test('It says when the server is away, goes on when it is back, and can be ended meanwhile', async () => {
  const first = await aServer();
  const port = Number(new URL(first.url).port);
  const terminal = shown('holdfast top --interval 1', { env: { HOLDFAST_URL: first.url } });
  await terminal.until(/every 1s · q ends$/);
  await first.stop('SIGKILL');
  await terminal.until(/reconnecting · q ends$/);
  const second = await aServer(undefined, port);
  await terminal.until(/every 1s · q ends$/);
  await second.stop('SIGKILL');
  await terminal.until(/reconnecting · q ends$/);
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
});
