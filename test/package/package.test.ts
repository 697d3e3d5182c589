import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { testTables } from '../contract/dynamodb';
import { examplesOf } from '../examples/guide';
import { type Installed, install } from './installed';

jest.setTimeout(300_000);

const MEGABYTE = 1_000_000;

const PACKAGE = 'node_modules/holdfast';

/** The stack that the README has, its function, and what deploys it. */
const [STACK = '', CHECKOUT = ''] = examplesOf('README.md').flatMap(({ name, code }) => (name ? [] : [code]));
const APP = `
const app = new App({ outdir: 'out' });
new ShopStack(app, 'Shop');
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

/** Whether the client is known, by both of its names. */
const TALK_TYPED = `
import { connect } from 'holdfast';
import { type Holdfast } from 'holdfast/client';

export const holdfast: Promise<Holdfast> = connect('ws://127.0.0.1:8080');
// @ts-expect-error There is no such option; if all were any, it would go unnoticed.
connect('ws://127.0.0.1:8080', { unheardOf: true });
`;

describe('the package, installed from what npm packs', () => {
  let installed: Installed;

  beforeAll(() => {
    installed = install();
  });

  afterAll(() => installed?.remove());

  test('has what was built, the documents and examples, and no sources, in at most 3 MB', () => {
    const others = installed.files.filter(
      (file) => !/^(dist|examples)\/|^docs\/(growth\/)?[\w-]+\.(md|svg)$/.test(file),
    );
    expect(others.sort()).toEqual(['CONTRIBUTING.md', 'LICENSE', 'README.md', 'package.json']);
    expect(installed.files.filter((file) => /test|bench|programs-/.test(file))).toEqual([]);
    expect(installed.bytes).toBeLessThan(3 * MEGABYTE);
  });

  test('has what its README links to, and what its documents link to but tests', () => {
    const documents = installed.files.filter((file) => file.endsWith('.md'));
    const links = documents.flatMap((file) => linksOf(installed, file));
    expect(links.filter(({ from }) => from === 'README.md').length).toBeGreaterThan(10);
    const missing = links.filter(({ to }) => !existsSync(join(installed.folder, PACKAGE, to)));
    expect(missing.filter(({ from, to }) => from === 'README.md' || !to.startsWith('test/'))).toEqual([]);
  });

  test('has all that it says can be imported', () => {
    const { exports } = JSON.parse(readFileSync(join(installed.folder, PACKAGE, 'package.json'), 'utf8')) as {
      exports: object;
    };
    const named = JSON.stringify(exports).match(/\.\/dist[^"]*/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !existsSync(join(installed.folder, PACKAGE, file)))).toEqual([]);
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
  ])('brings constructs for the stack of the README: as .%s it can %s them, and synthesizes', (extension) => {
    const stack = `import { App } from 'aws-cdk-lib';\n${STACK}${APP}`;
    installed.write(`stack.${extension}`, stack);
    installed.write('checkout.ts', CHECKOUT);
    const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: ['node'], outDir: 'js' };
    installed.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [`stack.${extension}`, 'checkout.ts'] }));
    installed.run('npx', 'tsc');
    installed.run('node', `js/stack.${extension.replace('ts', 'js')}`);
    const functions = functionsIn(join(installed.folder, 'out'));
    expect(functions.filter((file) => file.endsWith('index.mjs'))).toHaveLength(10);
    expect(functions.filter((file) => file.endsWith('index.js'))).toHaveLength(1);
  });

  test('is found by a compiler that knows no exports, as module commonjs has it until TypeScript 6', () => {
    // In a folder of its own, for it is another compiler; the package is found in the one above.
    installed.run(
      'npm',
      'install',
      '--prefix',
      'old',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      'typescript@5.9.3',
    );
    installed.write('old/stack.ts', `import { App } from 'aws-cdk-lib';\n${STACK}${APP}`);
    installed.write('old/checkout.ts', CHECKOUT);
    installed.write('old/talk.ts', TALK_TYPED);
    const compilerOptions = {
      strict: true,
      target: 'es2022',
      module: 'commonjs',
      moduleResolution: 'node10',
      esModuleInterop: true,
      types: ['node'],
      typeRoots: ['../node_modules/@types'],
      noEmit: true,
    };
    installed.write('old/tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    expect(() => installed.run('node', 'old/node_modules/typescript/bin/tsc', '--project', 'old')).not.toThrow();
  });

  test.each([
    ['what bundles to CommonJS, as the CDK does', 'cjs'],
    ['what bundles to a module', 'esm'],
  ])('brings a publisher for %s, which needs nothing else then', async (_what, format) => {
    installed.write('checkout.ts', CHECKOUT);
    const outfile = `bundled/checkout.${format === 'esm' ? 'mjs' : 'cjs'}`;
    const options = [`--format=${format}`, `--outfile=${outfile}`, '--external:@aws-sdk/*', '--external:@smithy/*'];
    installed.run('npx', 'esbuild', 'checkout.ts', '--bundle', '--platform=node', ...options);
    const { tables, endpoint, client, close } = await testTables();
    const handler = `import(${JSON.stringify(join(installed.folder, outfile))}).then(({ handler }) => handler({ id: 'a', detail: 7 }))`;
    await promisify(execFile)(process.execPath, ['--eval', handler], {
      // Nothing is installed there.
      cwd: '/',
      env: {
        PATH: process.env.PATH,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
        AWS_LAMBDA_FUNCTION_NAME: 'checkout',
        HOLDFAST_QUEUES_TABLE: tables.queues,
        HOLDFAST_MESSAGES_TABLE: tables.messages,
        HOLDFAST_MESSAGE_RETENTION: '3600',
      },
    });
    const { Item } = await client().send(
      new GetItemCommand({ TableName: tables.messages, Key: { queue: { S: 'orders' }, seq: { N: '1' } } }),
    );
    expect(Item).toMatchObject({ publisher: { S: 'checkout' }, id: { S: 'a' } });
    await close();
  });
});

/** What a document links to within the package. */
function linksOf({ folder }: Installed, from: string): { from: string; to: string }[] {
  const text = readFileSync(join(folder, PACKAGE, from), 'utf8').replace(/```[\s\S]*?```/g, '');
  return Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
    .filter((link) => !/^(https?:|#)/.test(link))
    .map((link) => ({ from, to: join(dirname(from), link.replace(/#.*/, '')) }));
}

interface Template {
  readonly Resources: Record<string, { readonly Type: string; readonly Properties: { Code?: { S3Key?: string } } }>;
}

/** The modules of the functions that a stack was synthesized with, as far as they are there. */
function functionsIn(out: string): string[] {
  const { Resources } = JSON.parse(readFileSync(join(out, 'Shop.template.json'), 'utf8')) as Template;
  return Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => join(out, `asset.${Properties.Code?.S3Key?.replace('.zip', '')}`))
    .flatMap((folder) => ['index.mjs', 'index.js'].map((file) => join(folder, file)))
    .filter((file) => existsSync(file));
}
