import './quiet';
import { Command } from 'commander';
import { ENOUGH, missing, table, unwelcome } from './occurrences';
import { simulate } from './simulate';
import { Tally } from './tally';

const whole = (text: string): number => Number.parseInt(text, 10);

const program = new Command('simulate')
  .description('Runs the broker in a world where whatever can go wrong does, and checks what it promises.')
  .option('--seeds <count>', 'how many runs', whole, 1_000)
  .option('--from <seed>', 'the first seed', whole, 1)
  .option('--seed <seed>', 'replay one run, and tell all that happens', whole)
  .option('--first', 'end with the first run that fails')
  .parse();
const options = program.opts<{ seeds: number; from: number; seed?: number; first?: true }>();

async function replay(seed: number): Promise<void> {
  const { failure } = await simulate(seed, (line) => console.log(line));
  console.log(failure === undefined ? 'all held' : `broken: ${failure}`);
  if (failure !== undefined) process.exitCode = 1;
}

async function many(from: number, seeds: number): Promise<void> {
  const tally = new Tally();
  const began = performance.now();
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const { failure, counts } = await simulate(seed);
    tally.addAll(counts);
    if (failure === undefined) continue;
    failed += 1;
    process.exitCode = 1;
    console.log(`seed ${seed}: ${failure}\n  npm run simulate -- --seed ${seed}`);
    if (options.first) return;
  }
  for (const line of table(tally)) console.log(line);
  const never = seeds >= ENOUGH ? missing(tally) : [];
  if (never.length > 0) {
    process.exitCode = 1;
    console.log(`never occurred: ${never.join(', ')}`);
  }
  const met = unwelcome(tally);
  if (met.length > 0) {
    process.exitCode = 1;
    console.log(`occurred, and must not: ${met.join(', ')}`);
  }
  console.log(`${seeds} runs, ${failed} failed, ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}

void (options.seed === undefined ? many(options.from, options.seeds) : replay(options.seed));
