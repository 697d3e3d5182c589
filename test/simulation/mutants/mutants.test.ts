import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MUTANTS } from './mutants';

const ROOT = resolve(__dirname, '../../..');

describe('the mutants', () => {
  it.each(MUTANTS)('have their place in the code: $bug', ({ file, search, replacement }) => {
    const source = readFileSync(resolve(ROOT, file), 'utf8');
    expect(source.split(search)).toHaveLength(2);
    expect(replacement).not.toBe(search);
  });
});
