import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Installed, install } from './installed';

jest.setTimeout(300_000);

const MEGABYTE = 1_000_000;

const STACK = `
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Holdfast } from 'holdfast/lib';

const app = new App({ outdir: 'out' });
const stack = new Stack(app, 'Own');
const queue = new Holdfast(stack, 'Queue', { auth: { by: 'keys' }, messageRetention: Duration.days(30) });
new CfnOutput(stack, 'Url', { value: queue.url });
app.synth();
`;

const TALK = `
import { spawn } from 'node:child_process';
import { connect } from 'holdfast';

const server = spawn('npx', ['holdfast', 'serve', '--port', '0', '--data', 'data'], { detached: true });
const said = await new Promise((resolve) => server.stdout.once('data', resolve));
const holdfast = await connect(/ws:\\S+:\\d+/.exec(said)[0], { clientId: 'billing' });
const { seq } = await holdfast.publish('orders', 'created', { id: 7 });
console.log('published', seq);
await holdfast.close();
process.kill(-server.pid);
`;

describe('the package, installed from what npm packs', () => {
  let installed: Installed;

  beforeAll(() => {
    installed = install();
  });

  afterAll(() => installed?.remove());

  test('has what was built and no sources, in at most 3 MB', () => {
    const others = installed.files.filter((file) => !file.startsWith('dist/'));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(installed.files.filter((file) => /test|bench|programs-/.test(file))).toEqual([]);
    expect(installed.bytes).toBeLessThan(3 * MEGABYTE);
  });

  test('has all that it says can be imported', () => {
    const { exports } = JSON.parse(
      readFileSync(join(installed.folder, 'node_modules/holdfast/package.json'), 'utf8'),
    ) as {
      exports: object;
    };
    const named = JSON.stringify(exports).match(/\.\/dist[^"]*/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !existsSync(join(installed.folder, 'node_modules/holdfast', file)))).toEqual([]);
  });

  test('brings a command that explains itself', () => {
    expect(installed.run('npx', 'holdfast', '--help')).toContain('a durable message queue over WebSocket');
  });

  test('brings a server, and a client that talks to it', () => {
    installed.write('talk.mjs', TALK);
    expect(installed.run('node', 'talk.mjs')).toBe('published 1\n');
  });

  test.each([
    ['mts', 'import'],
    ['cts', 'require'],
  ])('brings constructs for a stack in TypeScript: as .%s it can %s them, and synthesizes', (extension) => {
    installed.write(`stack.${extension}`, STACK);
    const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: ['node'], outDir: 'js' };
    installed.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [`stack.${extension}`] }));
    installed.run('npx', 'tsc');
    installed.run('node', `js/stack.${extension.replace('ts', 'js')}`);
    expect(functionsIn(join(installed.folder, 'out'))).toHaveLength(10);
  });
});

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: { Code?: { S3Key?: string } } }>;
}

/** The modules of the functions that a stack was synthesized with, all of which are there. */
function functionsIn(out: string): string[] {
  const { Resources } = JSON.parse(readFileSync(join(out, 'Own.template.json'), 'utf8')) as Template;
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => join(out, `asset.${Properties.Code?.S3Key?.replace('.zip', '')}`, 'index.mjs'))
    .filter((module) => readFileSync(module, 'utf8').includes('handler'));
}
