import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { removedAfterwards } from './removed';

const ROOT = join(__dirname, '../..');
const LIMIT = 14 * 1024;

const bundle = () => readFileSync(join(ROOT, 'dist/client.mjs'));

it('has at most 14 KB, minified and gzipped', () => {
  expect(gzipSync(bundle(), { level: 9 }).length).toBeLessThanOrEqual(LIMIT);
});

it('is one file that imports nothing, so that a page can load it as it is', () => {
  const text = bundle().toString();
  expect(text).not.toMatch(/\bfrom\s*["']|\bimport\s*["']|\brequire\(/);
  expect(text).not.toContain('node:');
});

it.each([
  ['import', '--input-type=module', "import { connect } from 'holdfast/client'; console.log(typeof connect);"],
  ['require', '--input-type=commonjs', "const { connect } = require('holdfast/client'); console.log(typeof connect);"],
])('can be had by %s', (_way, type, program) => {
  expect(execFileSync(process.execPath, [type, '--eval', program], { cwd: ROOT, encoding: 'utf8' })).toBe('function\n');
});

it.each(['client.mjs', 'client.cjs'])('has bundlers leave alone the import in %s that is for Node only', (file) => {
  const text = readFileSync(join(ROOT, 'dist', file), 'utf8');
  expect(text.match(/import\([^)]*\)/g)).toEqual([
    expect.stringMatching(/^import\(\/\* webpackIgnore: true \*\/ \/\* @vite-ignore \*\/ \w+\)$/),
  ]);
});

it('knows the errors of its other entry points for what they are', () => {
  const program = `
    import { createRequire } from 'node:module';
    import * as imported from 'holdfast/client';
    import * as published from 'holdfast/publish';
    const required = createRequire(import.meta.url)('holdfast/client');
    class Mine extends imported.TooLarge {}
    for (const { TooLarge, Timeout } of [imported, required, published]) {
      const [large, late] = [new TooLarge('so it is'), new Timeout('so it is')];
      console.log(
        [imported.isHoldfastError(large), imported.isRetryable(large), imported.isRetryable(late)].join(),
        [imported.HoldfastError, imported.TooLarge, imported.Timeout, Mine].map((its) => large instanceof its).join(),
      );
    }
    const mine = new Mine('so it is');
    console.log([Mine, imported.TooLarge, required.TooLarge, Error].map((its) => mine instanceof its).join());
    console.log([new Error('oops'), { code: 'timeout' }, null, 'timeout'].map(imported.isHoldfastError).join());`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(output.trim().split('\n')).toEqual([
    ...Array(3).fill('true,false,true true,true,false,false'),
    'true,true,true,true',
    'false,false,false,false',
  ]);
});

it('finds the WebSocket of ws by itself where the platform has none', () => {
  const program = `
    import { Holdfast } from 'holdfast/client';
    globalThis.WebSocket = undefined;
    const holdfast = new Holdfast('ws://127.0.0.1:9');
    while (holdfast.lastFailure === '') await new Promise((resolve) => setTimeout(resolve, 10));
    console.log(holdfast.lastFailure);
    await holdfast.close();`;
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  expect(execFileSync(process.execPath, ['--input-type=module', '--eval', program], options)).toMatch(/ECONNREFUSED/);
});

it('brings its types', () => {
  const folder = removedAfterwards(mkdtempSync(join(tmpdir(), 'holdfast-types-')));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/holdfast'));
  const program = `
    import { connect } from 'holdfast/client';
    const holdfast = await connect<{ orders: { created: { id: number } } }>('ws://127.0.0.1');
    const { seq }: { seq: number } = await holdfast.publish('orders', 'created', { id: 7 });
    const { items } = await holdfast.request({ action: 'list', what: 'queues' });
    const heads: number[] = items.map(({ head }) => head);
    // @ts-expect-error the payload is of another type
    await holdfast.publish('orders', 'created', { id: seq > 1 ? 'seven' : heads });`;
  writeFileSync(join(folder, 'program.mts'), program);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2022', 'dom'],
    types: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.mts'] }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' });
  expect(stdout).toBe('');
});
