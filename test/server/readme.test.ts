import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aServer, connectTo } from './own';

const ROOT = join(__dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The frames that the README has its reader type, in its order. */
const frames = (readme.match(/^```json\n[\s\S]*?^```$/gm) ?? []).map((block) => block.split('\n')[1] ?? '');

/** The frames that the README says its reader is sent. */
const shown = Array.from(readme.matchAll(/^```json frame\n([\s\S]*?)^```$/gm), ([, json = '']) => JSON.parse(json));

/** As it would be at another time. */
const timeless = (frame: { messages?: object[] }): object => ({
  ...frame,
  messages: frame.messages?.map((message) => ({ ...message, id: expect.any(String), publishedAt: expect.any(String) })),
});

test("The README's first conversation goes as it says: delivered, acknowledged, missed and caught up", async () => {
  const [subscribe = '', add = '', ack = '', missed = ''] = frames;
  expect(frames).toHaveLength(4);
  const server = await aServer();
  const alice = await connectTo(server, 'alice');
  const bob = await connectTo(server, 'bob');
  alice.socket.send(subscribe);
  await alice.next('subscribed');
  bob.socket.send(add);
  const first = await alice.next('messages');
  expect(first).toMatchObject({ messages: [{ seq: 1, event: 'add', payload: { id: 7 } }] });
  alice.socket.send(ack);
  expect(await alice.next('acked')).toMatchObject({ settled: 1, inFlight: 0 });
  alice.socket.close();
  await alice.closed;
  bob.socket.send(missed);
  await bob.next('published');
  const back = await connectTo(server, 'alice');
  const second = await back.next('messages');
  expect(second).toMatchObject({ messages: [{ seq: 2, event: 'delete' }] });
  expect([first, second]).toEqual(shown.map(timeless));
});

test('The README, the contribution guide and the documents point to files and commands that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const dead: string[] = [];
  for (const document of [
    'README.md',
    'CONTRIBUTING.md',
    'docs/architecture.md',
    'docs/cli.md',
    'docs/operations.md',
    'docs/protocol.md',
    'docs/restoring.md',
    'docs/client.md',
    'examples/README.md',
    'examples/chat/README.md',
    'examples/orders/README.md',
    'examples/pager/README.md',
  ]) {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const folder = join(ROOT, document, '..');
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
      if (!existsSync(join(folder, link))) dead.push(`${document}: ${link}`);
    for (const [, script = ''] of text.matchAll(/npm run (?:-s )?([a-z:]+)/g))
      if (!(script in scripts)) dead.push(`${document}: npm run ${script}`);
  }
  expect(dead).toEqual([]);
});
