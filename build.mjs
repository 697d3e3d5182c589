import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));
/** What all bundles have in common: also that their paths are taken from here, wherever this is called. */
const common = { absWorkingDir: root, bundle: true, logLevel: 'warning' };

/** One file for `import`, and one for `require`. */
const bothWays = [
  ['esm', '.mjs'],
  ['cjs', '.cjs'],
];

/**
 * Bundles the command line, the single-machine server included, into dist/holdfast.js. What is native, or loads files
 * of its own, stays in node_modules.
 */
const program = () =>
  build({
    ...common,
    entryPoints: { holdfast: 'cli/main.ts' },
    outdir: 'dist',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['@aws-sdk/client-dynamodb', 'lmdb', 'fs-native-extensions', 'pino', 'ws'],
    sourcemap: true,
  });

/** Bundlers leave an import alone that has these comments. Minifying drops them, but not from a footer. */
const importAtRunTime =
  'function importAtRunTime(name){return import(/* webpackIgnore: true */ /* @vite-ignore */ name)}';

/** Has the client import by what the footer defines. */
const importsAtRunTime = {
  name: 'importsAtRunTime',
  setup: ({ onLoad }) =>
    onLoad({ filter: /client[\\/]webSocket\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace('import(', 'importAtRunTime('),
      loader: 'ts',
    })),
};

/** Bundles the client; the file for `import` is for browsers too. */
async function client() {
  for (const [format, extension] of bothWays)
    await build({
      ...common,
      entryPoints: { client: 'client/index.ts' },
      outdir: 'dist',
      outExtension: { '.js': extension },
      minify: true,
      platform: 'neutral',
      target: 'es2022',
      format,
      sourcemap: true,
      plugins: [importsAtRunTime],
      footer: { js: importAtRunTime },
    });
}

/**
 * Bundles the CDK constructs. The CDK is that of whoever uses them, for constructs of two copies of it do not fit
 * together. One file alone, which both `import` and `require` take, for the same reason.
 */
const library = () =>
  build({
    ...common,
    entryPoints: { lib: 'lib/index.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
  });

/**
 * Of the SDK. The SDK goes in: it starts faster than the runtime's own, its version is the one that was tested, and not
 * every emulator has one.
 */
const ofTheSdk = {
  platform: 'node',
  minify: true,
  mainFields: ['module', 'main'],
  // The SDK would load it for operations that stream, of which none is used.
  external: ['@smithy/core/event-streams'],
};

/** Bundles the functions, each as a folder that Lambda takes. */
const lambdas = () =>
  build({
    ...common,
    ...ofTheSdk,
    entryPoints: Object.fromEntries(
      readdirSync(join(root, 'lambdas')).map((file) => [`${basename(file, '.ts')}/index`, `lambdas/${file}`]),
    ),
    outdir: 'dist/lambdas',
    outExtension: { '.js': '.mjs' },
    target: 'node24',
    format: 'esm',
    // Not for the functions, but for who reads in their logs where something failed.
    sourcemap: 'external',
    sourcesContent: false,
    // What was written as CommonJS and calls `require` at run time finds none in a module otherwise.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });

/**
 * Bundles what publishes from functions of others, so that theirs need nothing of the SDK that the runtime may lack.
 */
async function publisher() {
  for (const [format, extension] of bothWays)
    await build({
      ...common,
      ...ofTheSdk,
      entryPoints: { publish: 'publisher/index.ts' },
      outdir: 'dist',
      outExtension: { '.js': extension },
      target: 'node20',
      format,
    });
}

/** The types of what others import. */
async function types() {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [compiler, '--project', 'tsconfig.package.json'], { cwd: root });
  } catch ({ stdout, message }) {
    throw new Error(stdout || message);
  }
}

/** `node build.mjs [PART …]`: without any, what it takes to run the server and the examples. */
const PARTS = { program, client, library, publisher, lambdas, types };
const wanted = process.argv.slice(2);
await Promise.all((wanted.length > 0 ? wanted : ['program', 'client']).map((part) => PARTS[part]()));
