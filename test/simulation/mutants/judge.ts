import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle, ROOT, runBundled } from '../bundled';
import type { Mutant } from './mutants';

/** What became of a mutant. */
export interface Verdict {
  readonly mutant: Mutant;
  readonly seconds: number;
  /** The first seed that broke, and what; undefined if it was not found. */
  readonly caught?: { readonly seed: string; readonly promise: string };
}

/** Changes one place as it is bundled: the sources stay as they are. */
const mutation = ({ file, search, replacement }: Mutant): Plugin => ({
  name: 'mutant',
  setup: ({ onLoad }) => {
    const mutated = join(ROOT, file);
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path !== mutated) return undefined;
      const source = await readFile(path, 'utf8');
      if (source.split(search).length !== 2) throw new Error(`${file} has this not once: ${search}`);
      return { contents: source.replace(search, () => replacement), loader: 'ts' };
    });
  },
});

/**
 * Runs the simulation with a mutant in it until it breaks, for so many seeds at most.
 *
 * @param script where it is bundled to: a file that is not there yet.
 */
export async function judge(mutant: Mutant, script: string, seeds: number): Promise<Verdict> {
  const began = performance.now();
  await bundle(script, [mutation(mutant)]);
  const { output } = await runBundled(script, '--seeds', String(seeds), '--first');
  const seconds = (performance.now() - began) / 1_000;
  const [, seed, promise] = /^seed (\d+): (.*)$/m.exec(output) ?? [];
  if (seed !== undefined && promise !== undefined) return { mutant, seconds, caught: { seed, promise } };
  if (!/^\d+ runs/m.test(output)) throw new Error(`${mutant.bug} ${output}`);
  return { mutant, seconds };
}
