import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aFolder } from '../server/own';
import { misused } from './misuse';
import { served } from './server';

const server = served();

/** All messages of a queue, as a subscriber gets them. */
async function messagesOf(queue: string, count: number) {
  const wire = await server.wire();
  await wire.subscribe(queue, { from: 'earliest', maxInFlight: 1000 });
  return wire.receive(queue, count);
}

test('A payload is published with its headers, and the answer says its seq', async () => {
  const args = ['publish', 'one', 'created', '{"id":7}', '--header', 'a=1', '--header', 'b=2=3'];
  expect(await server.run(args)).toEqual({ code: 0, stdout: 'Published 1 to one.\n', stderr: '' });
  expect(await messagesOf('one', 1)).toMatchObject([
    { seq: 1, event: 'created', payload: { id: 7 }, headers: { a: '1', b: '2=3' } },
  ]);
});

test('Without a payload it is null, with --text a string, and --client says who publishes', async () => {
  await server.run(['publish', 'payloads', 'e']);
  await server.run(['publish', 'payloads', 'e', '--text', '{"not":"json"}', '--client', 'shop']);
  expect(await messagesOf('payloads', 2)).toMatchObject([
    { payload: null, publisher: expect.stringMatching(/^anon-/) },
    { payload: '{"not":"json"}', publisher: 'shop' },
  ]);
});

test('The same id publishes once, and the second time says so', async () => {
  const first = await server.run(['publish', 'ids', 'e', '1', '--id', 'order-7', '--json']);
  const second = await server.run(['publish', 'ids', 'e', '1', '--id', 'order-7', '--json']);
  const third = await server.run(['publish', 'ids', 'e', '1', '--id', 'order-7']);
  expect(JSON.parse(first.stdout)).toEqual({ queue: 'ids', seq: 1, id: 'order-7', duplicate: false });
  expect(JSON.parse(second.stdout)).toEqual({ queue: 'ids', seq: 1, id: 'order-7', duplicate: true });
  expect(third.stdout).toBe('Published before: 1 in ids.\n');
});

test.each([
  ['a payload that is no JSON', ['publish', 'q', 'e', 'hello'], /^error: hello is not JSON: .*--text/],
  ['a header without a value', ['publish', 'q', 'e', '1', '--header', 'x'], /^error: 'x' is no header/],
  ['no event', ['publish', 'q'], /missing required argument 'event'/],
  ['one argument too many', ['publish', 'q', 'e', '1', '2'], /too many arguments/],
])('%s is misuse, and nothing is sent', async (_, args, complaint) => {
  expect(await misused(args)).toMatch(complaint);
});

test('What the server refuses as wrong is misuse, with its words', async () => {
  const { code, stderr } = await server.run(['publish', 'q', '*', '1']);
  expect(stderr).toMatch(/^error: .*must not be \*/);
  expect(code).toBe(2);
});

describe('Lines of standard input', () => {
  test('are published in order, one message each', async () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => JSON.stringify({ n }));
    const { code, stdout, stderr } = await server.run(['publish', 'lines', 'e', '-'], lines.join('\n'));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Published 1000 to lines.\n', stderr: '' });
    const messages = await messagesOf('lines', 1_000);
    expect(messages.map(({ payload }) => payload)).toEqual(lines.map((line) => JSON.parse(line)));
  });

  test('with an id can be published again after a failure, and none is there twice', async () => {
    const args = ['publish', 'again', 'e', '-', '--id', 'import'];
    const failed = await server.run(args, '1\n2\n{oops\n4\n');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      /^error: line 3: \{oops is not JSON.*\(2 published; the lines from 3 on may not be\)$/m,
    );
    const mended = await server.run([...args, '--json'], '1\n2\n3\n4\n');
    expect(JSON.parse(mended.stdout)).toEqual({ queue: 'again', published: 4, duplicates: 2 });
    const messages = await messagesOf('again', 4);
    expect(messages.map(({ id, payload }) => [id, payload])).toEqual([
      ['import-1', 1],
      ['import-2', 2],
      ['import-3', 3],
      ['import-4', 4],
    ]);
  });

  test('that the server refuses are told by their number', async () => {
    const { code, stderr } = await server.run(['publish', 'big', 'e', '-'], `1\n"${'x'.repeat(40_000)}"\n`);
    expect(stderr).toMatch(/^error: line 2: .*30000 bytes/);
    expect(code).toBe(1);
  });

  test('show a bar on a terminal when they are many and their file has a size', async () => {
    const file = join(aFolder(), 'lines');
    writeFileSync(file, '{"id":7}\n'.repeat(3_000));
    const terminal = server.show(`holdfast publish "from file" e - < ${file}`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toMatch(/^█{30} 100 % {2}3000 published, \d+\/s\nPublished 3000 to from file\.$/);
  });

  test('show a count on a terminal when they are many and come from a pipe', async () => {
    const terminal = server.show('seq 3000 | holdfast publish "from pipe" e -');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toMatch(/^3000 published, \d+\/s\nPublished 3000 to from pipe\.$/);
  });

  test('show neither when they are few', async () => {
    const terminal = server.show('seq 5 | holdfast publish "few" e -');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toBe('Published 5 to few.');
  });
});
