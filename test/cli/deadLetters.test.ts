import { misused } from './misuse';
import { served } from './server';

const server = served();

/** A queue in which a client has these dead letters, of payload 1, 2 …; its name. */
async function deadLetters(queue: string, client: string, count = 2): Promise<void> {
  const wire = await server.wire(client);
  await wire.subscribe(queue);
  await wire.publishAll(
    queue,
    Array.from({ length: count }, () => 'created'),
  );
  await wire.deliveries(queue, count);
  const seqs = Array.from({ length: count }, (_, n) => n + 1);
  await wire.request({ action: 'reject', queue, seqs, reason: 'malformed \u001b[31m' });
  await wire.close();
}

const dead = async (queue: string) => (await (await server.wire()).list('deadLetters', { queue })).length;

test('They are listed with why they died, and what the wire says cannot command the terminal', async () => {
  await deadLetters('listed', 'billing');
  const { stdout } = await server.run(['dead-letters', 'listed']);
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    'SEQ\tEVENT\tCLIENT\tATTEMPTS\tDIED\tREASON\tPAYLOAD',
    expect.stringMatching(/^1\tcreated\tbilling\t1\t\d{4}-.*Z\tmalformed \\u001b\[31m\t1$/),
  ]);
  const json = (await server.run(['dead-letters', 'listed', '--json', '--seq', '2'])).stdout;
  expect(JSON.parse(json)).toMatchObject({ seq: 2, clientId: 'billing', reason: 'malformed \u001b[31m', payload: 2 });
  const terminal = server.show('holdfast dead-letters listed', { columns: 120 });
  await terminal.ended;
  expect(terminal.screen()).toMatch(/^ +1 +created +billing +1 +(now|\d+m?s ago) +malformed \\u001b\[31m +1$/m);
});

test('redrive delivers those named again, and then all', async () => {
  await deadLetters('redriven', 'billing', 3);
  const one = await server.run(['dead-letters', 'redriven', 'redrive', '--of', 'billing', '--seq', '2']);
  expect(one).toEqual({ code: 0, stdout: '1 to be delivered again.\n', stderr: '' });
  expect(await dead('redriven')).toBe(2);
  const rest = await server.run(['dead-letters', 'redriven', 'redrive', '--of', 'billing', '--json']);
  expect(JSON.parse(rest.stdout)).toEqual({ queue: 'redriven', messages: 2 });
  const back = await server.wire('billing');
  expect((await back.receive('redriven', 3)).map(({ seq }) => seq).sort()).toEqual([1, 2, 3]);
});

test('redrive without saying whose is misuse', async () => {
  expect(await misused(['dead-letters', 'q', 'redrive'])).toMatch(/whose\? .*--of CLIENT/);
});

test('purge asks at a terminal, and drops nothing unless the answer is yes', async () => {
  await deadLetters('purged', 'billing');
  const refused = server.show('holdfast dead-letters purged purge --of billing');
  await refused.until(/Drop all dead letters of billing in purged\? \(y\/N\)/);
  refused.type('\r');
  expect(await refused.ended).toBe(0);
  expect(await dead('purged')).toBe(2);
  const agreed = server.show('holdfast dead-letters purged purge --of billing --seq 1');
  await agreed.until(/Drop the dead letters 1 of billing in purged\?/);
  agreed.type('y\r');
  expect(await agreed.ended).toBe(0);
  expect(agreed.screen()).toMatch(/1 dropped\.$/);
  expect(await dead('purged')).toBe(1);
});

test('Ctrl-C at the question of purge drops nothing: exit code 130, without a complaint', async () => {
  await deadLetters('cut off', 'billing');
  const terminal = server.show('holdfast dead-letters "cut off" purge --of billing');
  await terminal.until(/\(y\/N\)/);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  expect(terminal.screen()).not.toMatch(/error|SIGINT/);
  expect(await dead('cut off')).toBe(2);
});

test('purge without a terminal wants --yes', async () => {
  await deadLetters('dropped', 'billing');
  const asked = await server.run(['dead-letters', 'dropped', 'purge', '--of', 'billing']);
  expect(asked.stderr).toMatch(/--yes/);
  expect(asked.code).toBe(2);
  expect(await dead('dropped')).toBe(2);
  const told = await server.run(['dead-letters', 'dropped', 'purge', '--of', 'billing', '--yes']);
  expect(told).toEqual({ code: 0, stdout: '2 dropped.\n', stderr: '' });
  expect(await dead('dropped')).toBe(0);
});
