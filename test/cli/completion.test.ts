import { eventually } from '../conformance/patience';
import { misused } from './misuse';
import { served } from './server';

const server = served();

/** The words offered for the last of these, `''` if it is not begun. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const { stdout } = await server.run(['complete', '--', ...words]);
  return stdout
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');
}

test('Commands, their options, those of all commands, and the choices of both are offered', async () => {
  const [commands, own, all, choices, what, serving] = await Promise.all([
    offered(''),
    offered('subscribe', 'orders', '--ac'),
    offered('queues', '--ur'),
    offered('subscribe', 'orders', '--ack', ''),
    offered('dead-letters', 'orders', 're'),
    offered('serve', '--log-level', 'd'),
  ]);
  expect(commands).toEqual(expect.arrayContaining(['serve', 'publish', 'subscribe', 'top', 'completion']));
  expect(commands).not.toContain('complete');
  expect({ own, all, choices, what, serving }).toEqual({
    own: ['--ack'],
    all: ['--url'],
    choices: ['auto', 'none', 'prompt'],
    what: ['redrive'],
    serving: ['debug'],
  });
});

test('A server option is not offered what only the other commands have', async () => {
  expect(await offered('serve', '--to')).toEqual([]);
});

test('Queues are offered by name, but for names that a shell would take apart', async () => {
  const wire = await server.wire();
  for (const queue of ['orders', 'orders.eu', 'Database Events', '$(reboot)']) await wire.publish(queue, 'x');
  // It gives up soon, so as not to hold up who typed: on a busy machine it may take a second try.
  const queues = await eventually(
    () => offered('status', ''),
    (names) => names.length > 0,
  );
  expect(queues.sort()).toEqual(['orders', 'orders.eu']);
});

test('In bash the Tab key completes commands, options and queues', async () => {
  await (await server.wire()).publish('invoices', 'x');
  const terminal = server.show('bash --norc --noprofile -i', { env: { PS1: '> ' } });
  await terminal.until(/^>$/);
  terminal.type('source <(holdfast completion bash)\r');
  await terminal.until(/\n>$/);
  for (const [typed, completed] of [
    ['holdfast dead', 'holdfast dead-letters'],
    ['holdfast status inv', 'holdfast status invoices'],
    ['holdfast clients --aw', 'holdfast clients --away'],
  ] as const) {
    terminal.type(`${typed}\t`);
    // As above: who sees nothing presses it again.
    const again = setInterval(() => terminal.type('\t'), 3_000);
    await terminal.until(new RegExp(`^> ${completed}$`, 'm')).finally(() => clearInterval(again));
    terminal.type('\u0015');
  }
  terminal.type('exit\r');
  await terminal.ended;
});

test.each(['bash', 'zsh', 'fish'])('There is a script for %s, which calls this program', async (shell) => {
  const { code, stdout, stderr } = await server.run(['completion', shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('holdfast complete --');
});

test('A shell there is no script for is misuse', async () => {
  expect(await misused(['completion', 'cmd'])).toMatch(/Allowed choices are .*bash/);
});
