import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(300_000);

const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = ['README.md', 'docs/access.md', 'docs/operations.md', 'docs/restoring.md'];

/** Every command that is printed for who deploys. */
const printed = new Set(
  DOCUMENTS.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/npx (cdk [^\n`#]+)/g)]).map(
    ([, command = '']) => command.trim(),
  ),
);

let folder: string;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-cdk-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command as somebody who has a region and no credentials; the functions are bundled already. */
async function run(command: string): Promise<{ code: number; said: string }> {
  const [, ...args] = command.split(' ');
  // Nobody is there to say yes.
  if (args[0] === 'destroy') args.push('--force');
  count += 1;
  const app = ['--app', 'node_modules/.bin/tsx bin/holdfast.ts', '--output', join(folder, `out-${count}`)];
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|HOLDFAST|npm)_/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    HOME: folder,
    AWS_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  };
  const ran = promisify(execFile)(join(ROOT, 'node_modules/.bin/cdk'), [...args, ...app, '--no-notices'], {
    cwd: ROOT,
    env,
  });
  const { code, stdout, stderr } = await ran.then(
    (streams) => ({ code: 0, ...streams }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code, said: stdout + stderr };
}

test('The documents tell how to bootstrap, deploy and destroy', () => {
  for (const what of ['bootstrap', 'deploy', 'destroy'])
    expect([...printed].filter((command) => command.startsWith(`cdk ${what}`))).not.toEqual([]);
});

test.each([...printed])('npx %s gets as far as credentials', async (command) => {
  const { code, said } = await run(command);
  expect(said).toMatch(/Unable to resolve AWS account/);
  expect(said).not.toMatch(/Holdfast is not deployed|No stacks match/);
  expect(code).toBe(1);
});

test.each(['cdk deploy', 'cdk synth', 'cdk deploy -c auth=password'])(
  'npx %s is refused for want of a choice, in one sentence that says what can be chosen',
  async (command) => {
    const { code, said } = await run(command);
    const sentences = said.split('\n').filter((line) => line.includes('Holdfast is not deployed: '));
    expect(sentences).toHaveLength(1);
    expect(sentences[0]).toMatch(/add -c auth=keys .*, -c auth=jwt .*, or -c auth=none/);
    expect(said).not.toMatch(/Unable to resolve AWS account|\bat .*\.ts:\d+/);
    expect(code).toBe(1);
  },
);
