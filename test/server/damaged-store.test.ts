import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../conformance/patience';
import { runToEnd } from './holdfast';
import { aFolder, aServer, connectTo } from './own';

/** The data folder of a server that was stopped after it stored 20 messages. */
async function aStore(): Promise<string> {
  const folder = aFolder();
  const server = await aServer(folder);
  const wire = await connectTo(server, 'shop');
  for (let n = 1; n <= 20; n++) await wire.publish('orders', 'add', `payload ${n} ${'x'.repeat(2_000)}`);
  await server.stop();
  return folder;
}

/** Changes one byte of every place in the store's file where a text stands, as a failing disk does. */
function damage(folder: string, text: string): void {
  const file = join(folder, 'store', 'data.mdb');
  const bytes = readFileSync(file);
  let places = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    places += 1;
  }
  expect(places).toBeGreaterThan(0);
  writeFileSync(file, bytes);
}

test('Messages that changed on the disk are delivered to nobody, and the log says which they are', async () => {
  const folder = await aStore();
  damage(folder, 'payload 3 ');
  const server = await aServer(folder);
  const wire = await connectTo(server);
  await wire.subscribe('orders', { from: { seq: 1 } });
  await eventually(
    async () => server.complaints(),
    (complaints) => /store is damaged \(messages \[.{0,3}orders/.test(complaints),
  );
  const delivered = wire.received.flatMap((frame) => (frame.type === 'messages' ? frame.messages : []));
  expect(delivered.map(({ seq }) => seq)).not.toContain(3);
  expect(await wire.publish('orders', 'add')).toMatchObject({ seq: 21 });
});

test('A queue whose record changed on the disk ends the start with one line', async () => {
  const folder = await aStore();
  damage(folder, '"createdAt":');
  const { code, stderr } = await runToEnd({ args: ['--port', '0', '--data', folder] });
  expect(stderr).toMatch(/^Holdfast cannot start: the store in .* is damaged \(queues .*restore the data folder\n$/);
  expect(code).toBe(2);
});
