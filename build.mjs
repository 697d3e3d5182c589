import { build } from 'esbuild';

/** Bundles the single-machine server into dist/holdfast.js; what is in node_modules stays there. */
await build({
  entryPoints: { holdfast: 'server/main.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
