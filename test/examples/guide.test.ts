import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aClientOf } from '../client/clients';
import { eventually } from '../conformance/patience';
import { type Running, startServer } from '../server/holdfast';
import { type Compiled, compile } from './compile';
import { complete, type Example, examplesOf } from './guide';
import { runProgram } from './program';

jest.setTimeout(60_000);

/** Where the guide says that the server is. */
const URL = 'ws://127.0.0.1:8080';
const PATIENCE_MS = 20_000;

/** Those that run until they are stopped. */
const LASTING = new Set(['subscribe.mts', 'worker.mts', 'billing.mts']);

const programs = examplesOf('README.md').filter(({ name }) => name !== undefined);
const examples = [...examplesOf('docs/client.md'), ...programs];
const nameOf = ({ name, line }: Example): string => name ?? `line-${line}.mts`;

const data = mkdtempSync(join(tmpdir(), 'holdfast-guide-'));
let server: Running;
let compiled: Compiled;

beforeAll(async () => {
  server = await startServer(data);
  compiled = compile(
    new Map(
      examples.map((example) => {
        const code = example.name === undefined ? complete(example.code) : example.code;
        return [nameOf(example), code.replaceAll(URL, server.url)];
      }),
    ),
  );
});

afterAll(async () => {
  compiled.remove();
  await server.stop('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

const run = (name: string) => runProgram(compiled.file(name), { HOLDFAST_URL: server.url });

// One after the other, as a reader tries them: what one publishes, the next is given.
it.each(examples.map((example) => [nameOf(example), example.output] as const))(
  'what the documents have as %s does what they say',
  async (name, output) => {
    const program = run(name);
    if (LASTING.has(name)) {
      await eventually(program.lines, (lines) => output.every((line) => lines.includes(line)), PATIENCE_MS);
      program.process.kill('SIGKILL');
    } else {
      expect(await program.ended).toBe(0);
      expect(program.lines()).toEqual(output);
    }
  },
);

test("The guide's worker is killed, is given what it missed, sets aside what it cannot do, and stops when told to", async () => {
  const shop = await aClientOf(server, { clientId: 'shop' });
  const backlog = async () => {
    const { items } = await shop.request({ action: 'list', what: 'subscriptions', queue: 'orders' });
    const { backlog: waiting = 1, inFlight = 1 } = items.find(({ clientId }) => clientId === 'bookkeeping') ?? {};
    return waiting + inFlight;
  };
  for (const [id, pieces] of [
    [101, 1],
    [102, 0],
    [103, 1],
  ])
    await shop.publish('orders', 'created', { id, pieces });
  const worker = run('worker.mts');
  await eventually(backlog, (count) => count === 0, PATIENCE_MS);
  expect(worker.lines().filter((line) => line.startsWith('order 10'))).toEqual([
    'order 101 is booked',
    'order 103 is booked',
  ]);
  worker.process.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
  const { items } = await shop.request({
    action: 'list',
    what: 'deadLetters',
    queue: 'orders',
    clientId: 'bookkeeping',
  });
  expect(items).toMatchObject([{ payload: { id: 102 }, reason: 'an order must be for one piece or more' }]);
});
