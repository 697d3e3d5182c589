import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inFolder } from '../bundled';
import { judge } from './judge';
import { MUTANTS } from './mutants';

const ROOT = resolve(__dirname, '../../..');
const PATIENCE_MS = 30_000;

/** Some that are found soon, each by another kind of promise; `npm run simulate:mutants` tries all. */
const SAMPLE = [
  'A subscription is stored over whatever is there, without compare-and-set.',
  'No timer is armed before what counts on it is stored.',
  'An ack of one message settles all before it.',
];

describe('the mutants', () => {
  it.each(MUTANTS)('have their place in the code: $bug', ({ file, search, replacement }) => {
    const source = readFileSync(resolve(ROOT, file), 'utf8');
    expect(source.split(search)).toHaveLength(2);
    expect(replacement).not.toBe(search);
  });

  it.each(SAMPLE)(
    'are found: %s',
    async (bug) => {
      const mutant = MUTANTS.find((one) => one.bug === bug);
      if (mutant === undefined) throw new Error(`expected a mutant: ${bug}`);
      const { caught } = await inFolder((folder) => judge(mutant, join(folder, 'mutant.cjs'), 50));
      expect(caught?.promise).toEqual(expect.any(String));
    },
    PATIENCE_MS,
  );
});
