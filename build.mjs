import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles the command line, the single-machine server included, into dist/holdfast.js. What is native, or loads files
 * of its own, stays in node_modules.
 */
await build({
  entryPoints: { holdfast: 'cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['@aws-sdk/client-dynamodb', 'lmdb', 'fs-native-extensions', 'pino', 'ws'],
  sourcemap: true,
  logLevel: 'warning',
});

/** Bundles the client into one file for browsers and `import`, and one for `require`. */
for (const [format, extension] of [
  ['esm', '.mjs'],
  ['cjs', '.cjs'],
])
  await build({
    entryPoints: { client: 'client/index.ts' },
    outdir: 'dist',
    outExtension: { '.js': extension },
    bundle: true,
    minify: true,
    platform: 'neutral',
    target: 'es2022',
    format,
    sourcemap: true,
    logLevel: 'warning',
  });

/** The types of the client take a second more, and a compiler that an installation without development packages lacks. */
if (process.argv.includes('--types')) {
  const compiler = typescript();
  if (compiler === undefined) console.warn('The types of the client are not built, for typescript is not installed.');
  else execFileSync(process.execPath, [compiler, '--project', 'client/tsconfig.json'], { stdio: 'inherit' });
}

function typescript() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  } catch {
    return undefined;
  }
}
