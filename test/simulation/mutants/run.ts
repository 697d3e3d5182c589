import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { MUTANTS, type Mutant } from './mutants';

const ROOT = resolve(__dirname, '../../..');
const SEEDS = 2_000;
const AT_ONCE = 2;

/** What became of a mutant. */
interface Verdict {
  readonly mutant: Mutant;
  readonly seconds: number;
  /** The first seed that broke, and what; undefined if it was not found. */
  readonly caught?: { readonly seed: number; readonly promise: string };
}

/** Bundles the simulation with one place changed, in memory: the sources stay as they are. */
async function bundle({ file, search, replacement }: Mutant, outfile: string): Promise<void> {
  const path = join(ROOT, file);
  await build({
    entryPoints: [join(ROOT, 'test/simulation/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, async (args) => {
            if (args.path !== path) return undefined;
            const source = await readFile(path, 'utf8');
            if (source.split(search).length !== 2) throw new Error(`${file} has this not once: ${search}`);
            return { contents: source.replace(search, () => replacement), loader: 'ts' };
          });
        },
      },
    ],
  });
}

/** Runs it until the first seed breaks. */
function firstBroken(script: string): Promise<Verdict['caught']> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, '--seeds', String(SEEDS), '--first'], {
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    let output = '';
    child.stdout.on('data', (part) => {
      output += part;
    });
    child.stderr.on('data', (part) => {
      output += part;
    });
    child.on('error', fail);
    child.on('close', () => {
      const found = /^seed (\d+): (.*)$/m.exec(output);
      if (found) done({ seed: Number(found[1]), promise: found[2] ?? '' });
      else if (/^\d+ runs/m.test(output)) done(undefined);
      else fail(new Error(output));
    });
  });
}

async function judge(mutant: Mutant, folder: string, number: number): Promise<Verdict> {
  const began = performance.now();
  const script = join(folder, `mutant-${number}.cjs`);
  await bundle(mutant, script);
  const caught = await firstBroken(script);
  const seconds = (performance.now() - began) / 1_000;
  return { mutant, seconds, ...(caught === undefined ? {} : { caught }) };
}

const row = ({ mutant, seconds, caught }: Verdict): string => {
  const seed = caught === undefined ? '-' : String(caught.seed);
  return `${seed.padStart(5)}  ${seconds.toFixed(1).padStart(6)} s  ${mutant.bug}\n                  ${caught?.promise ?? 'NOT FOUND'}`;
};

async function main(): Promise<void> {
  const only = process.argv[2];
  // Beside the packages, for what is bundled finds them there.
  const cache = join(ROOT, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'mutants-'));
  const left = MUTANTS.filter(({ bug }) => only === undefined || bug.includes(only)).entries();
  let survivors = 0;
  console.log(' seed       time  bug, and the promise that was seen broken');
  const work = async () => {
    for (const [number, mutant] of left) {
      const verdict = await judge(mutant, folder, number);
      if (verdict.caught === undefined) survivors += 1;
      console.log(row(verdict));
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${MUTANTS.length} mutants, ${survivors} not found within ${SEEDS} runs`);
  if (survivors > 0) process.exitCode = 1;
}

void main();
