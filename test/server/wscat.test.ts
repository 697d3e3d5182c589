import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { afterwards, aServer, connectTo } from './own';

const ROOT = join(__dirname, '../..');

/** Types a line into a shell, where `npx` runs what is installed here; its input stays open, as a terminal's does. */
function typed(line: string): { shell: ChildProcess; output: () => string } {
  const npx = 'npx() { "$@"; }\n';
  const shell = spawn('sh', ['-c', `${npx}${line}`], {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  afterwards(() => {
    if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, 'SIGKILL');
  });
  return { shell, output: () => text };
}

async function until(condition: () => boolean, tell: () => string): Promise<void> {
  for (const end = Date.now() + 8_000; !condition(); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > end) throw new Error(`It did not come about; it says ${tell()}`);
}

test('The two lines it prints, pasted into two terminals, bring a message from bob to alice', async () => {
  const server = await aServer();
  const [first, second] = server
    .output()
    .split('\n')
    .filter((line) => line.includes('wscat'));
  if (first === undefined || second === undefined) throw new Error('There should be two lines');
  const alice = typed(first);
  await until(() => alice.output().includes('"subscribed"'), alice.output);
  const bob = typed(second);
  await until(() => bob.output().includes('"published"'), bob.output);
  await until(() => alice.output().includes('"messages"'), alice.output);
  expect(alice.output()).toMatch(/"event":"hello","payload":"world".*"publisher":"bob"/);
  const back = await connectTo(server, 'alice');
  expect(back.welcome.subscriptions).toEqual([{ queue: 'demo', events: ['*'], inFlight: 1, backlog: 0 }]);
});
