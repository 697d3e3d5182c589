import { misused } from './misuse';
import { served } from './server';

const server = served();

async function subscribed(queue: string, client: string, count: number): Promise<void> {
  const wire = await server.wire(client);
  await wire.subscribe(queue);
  await wire.publishAll(
    queue,
    Array.from({ length: count }, () => 'a'),
  );
  await wire.deliveries(queue, count);
  await wire.request({ action: 'ack', queue, upTo: count });
  await wire.close();
}

test('The subscription of a client is moved back, and it gets those messages again', async () => {
  await subscribed('moved', 'billing', 3);
  const { code, stdout } = await server.run(['--client', 'billing', 'seek', 'moved', '2']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'The next message of moved is 2; 2 in the backlog.\n' });
  const messages = await (await server.wire('billing')).receive('moved', 2);
  expect(messages.map(({ seq }) => seq)).toEqual([2, 3]);
});

test('A duration is a time before now, and JSON says where it went', async () => {
  await subscribed('by time', 'billing', 2);
  const { stdout } = await server.run(['seek', 'by time', '1h', '--client', 'billing', '--json']);
  expect(JSON.parse(stdout)).toEqual({ queue: 'by time', next: 1, backlog: 2 });
});

test.each([
  ['a client that is not named', ['seek', 'q', 'earliest'], /--client ID/],
  ['a place that is none', ['--client', 'billing', 'seek', 'q', 'yesterday'], /'yesterday' is no position/],
  [
    'a time before all times',
    ['--client', 'billing', 'seek', 'q', '99999999w'],
    /'99999999w' is no position: expected/,
  ],
  ['a day that there is not', ['--client', 'billing', 'seek', 'q', '2026-02-30'], /'2026-02-30' is no position/],
])('%s is misuse', async (_, args, complaint) => {
  expect(await misused(args)).toMatch(complaint);
});

test('A queue the client is not subscribed to is refused with what the server says', async () => {
  const { code, stderr } = await server.run(['--client', 'stranger', 'seek', 'moved', 'earliest']);
  expect(stderr).toMatch(/^error: .+\n$/);
  expect(code).toBe(1);
});
