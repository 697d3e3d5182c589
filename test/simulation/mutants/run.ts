import { join } from 'node:path';
import { inFolder } from '../bundled';
import { judge, type Verdict } from './judge';
import { MUTANTS } from './mutants';

/** As many as `.ci/run` tries. */
const SEEDS = 3_000;
const AT_ONCE = 2;

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
        const verdict = await judge(mutant, join(folder, `mutant-${number}.cjs`), SEEDS);
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
