import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle, inFolder, ROOT, runBundled } from '../bundled';
import { MUTANTS, type Mutant } from './mutants';

const SEEDS = 2_000;
const AT_ONCE = 2;

/** What became of a mutant. */
interface Verdict {
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

async function judge(mutant: Mutant, script: string): Promise<Verdict> {
  const began = performance.now();
  await bundle(script, [mutation(mutant)]);
  const { output } = await runBundled(script, '--seeds', String(SEEDS), '--first');
  const seconds = (performance.now() - began) / 1_000;
  const [, seed, promise] = /^seed (\d+): (.*)$/m.exec(output) ?? [];
  if (seed !== undefined && promise !== undefined) return { mutant, seconds, caught: { seed, promise } };
  if (!/^\d+ runs/m.test(output)) throw new Error(`${mutant.bug} ${output}`);
  return { mutant, seconds };
}

const told = ({ mutant, seconds, caught }: Verdict): string =>
  `${(caught?.seed ?? '-').padStart(5)} ${seconds.toFixed(1).padStart(7)} s  ${mutant.bug}\n${' '.repeat(17)}${caught?.promise ?? 'NOT FOUND'}`;

/** Tries all mutants, or those whose sentence has a word in it. */
async function main(word = ''): Promise<void> {
  const mutants = MUTANTS.filter(({ bug }) => bug.includes(word));
  const left = mutants.entries();
  let survivors = 0;
  console.log(' seed      time  bug, and the promise that was seen broken');
  await inFolder(async (folder) => {
    const work = async () => {
      for (const [number, mutant] of left) {
        const verdict = await judge(mutant, join(folder, `mutant-${number}.cjs`));
        if (verdict.caught === undefined) survivors += 1;
        console.log(told(verdict));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
  console.log(`${mutants.length} mutants, ${survivors} not found within ${SEEDS} runs`);
  if (survivors > 0) process.exitCode = 1;
}

void main(process.argv[2]);
